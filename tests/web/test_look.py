import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_the_theme_sheet_follows_the_system_until_somebody_chooses(client):
    assert "color-scheme: light dark;" in client.get("/theme.css").text


def test_choosing_dark_changes_the_sheet_and_not_the_page(client):
    before = client.get(reverse("help")).content
    client.post("/theme/", {"theme": "dark", "single_keys": "on"})
    assert "color-scheme: dark;" in client.get("/theme.css").text
    assert client.get(reverse("help")).content == before


def test_a_theme_nobody_offers_is_not_kept(client):
    client.post("/theme/", {"theme": "url(evil)"})
    assert "color-scheme: light dark;" in client.get("/theme.css").text


def test_an_unchanged_sheet_is_not_sent_again(client):
    etag = client.get("/theme.css").headers["ETag"]
    again = client.get("/theme.css", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_the_sheet_is_kept_by_nobody_between(client):
    assert client.get("/theme.css").headers["Cache-Control"] == "private, no-cache"


def test_single_keys_can_be_switched_off(client):
    client.post("/theme/", {"theme": "system"})
    assert client.cookies["keys"].value == "off"
    assert "checked> Single keys" not in client.get("/theme/").text


def test_a_public_page_carries_no_token_and_sets_no_cookie(client):
    page = client.get(reverse("help"))
    assert "csrf" not in page.text
    assert not page.cookies


@pytest.mark.parametrize("name", ["400", "403", "404", "429", "csrf", "broker_away", "500"])
def test_every_error_page_has_one_heading_and_a_way_on(client, settings, name):
    settings.GALLERY = True
    page = client.get(f"/gallery/errors/{name}/").text
    assert page.count("<h1") == 1
    assert 'href="/"' in page


def test_an_unknown_address_answers_404_in_our_voice(client):
    page = client.get("/there-is-nothing-here/")
    assert page.status_code == 404
    assert "Nothing stands at this address" in page.text


def test_the_gallery_is_closed_on_a_public_site(client, settings):
    settings.GALLERY = False
    assert client.get("/gallery/").status_code == 404


def test_no_page_of_the_gallery_carries_inline_style_or_script(client, settings):
    settings.GALLERY = True
    page = client.get("/gallery/").text
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_account_pages_label_every_field(client, name):
    page = client.get(reverse(name)).text
    assert page.count('<div class="field"') == page.count("<label")
    assert "placeholder" not in page


def test_the_panel_s_index_begins_with_the_content(admin_client):
    groups = [app["name"] for app in admin_client.get("/admin/").context["app_list"]]
    assert groups[0] == "Content"
    assert groups[-1] == "House-keeping"


def test_a_part_that_is_away_is_said_to_be_so_and_what_goes_on(client, settings):
    settings.GALLERY = True
    page = client.get("/gallery/fragment/503/")
    assert page.status_code == 503
    assert "Nobody makes new numbers just now." in page.text
    assert "what was shown as saved is kept" in page.text
