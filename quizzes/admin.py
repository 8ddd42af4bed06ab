"""Index of the instructor's panel; each feature defines its own pages in it."""

from django.contrib import admin

from quizzes.accounts import admin as accounts
from quizzes.catalog import admin as catalog

__all__ = ["accounts", "catalog"]

admin.site.site_header = "Carousel"
admin.site.site_title = "Carousel"
admin.site.index_title = "The instructor’s panel"
admin.site.site_url = "/"
