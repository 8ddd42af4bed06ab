from django.core.mail import EmailMessage

from studyapp.mail import ReadableFiles


def test_a_long_link_stands_in_the_file_as_it_was_written(tmp_path):
    link = "http://127.0.0.1:8000/account/password/reset/key/1-" + "abc123" * 20 + "/"
    ReadableFiles(file_path=str(tmp_path)).send_messages([EmailMessage("Subject", f"Go to {link}", "a@b.c", ["d@e.f"])])
    [letter] = tmp_path.iterdir()
    assert f"Go to {link}\n" in letter.read_text() and "To: d@e.f" in letter.read_text()
