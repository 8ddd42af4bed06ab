from django.contrib.admin.apps import AdminConfig


class PanelConfig(AdminConfig):
    default_site = "quizzes.panel.site.Panel"
