"""A program that uses the API."""

from quizzes.accounts.tokens import make_token


class Program:
    """Speaks JSON with one user's token."""

    def __init__(self, client, user):
        self.client = client
        self.headers = {"Authorization": f"Token {make_token(user=user, name='program')[1]}"}

    def get(self, path):
        return self.client.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path, body=None):
        return self.client.post(f"/api/v1{path}", body or {}, content_type="application/json", headers=self.headers)

    def put(self, path, body):
        return self.client.put(f"/api/v1{path}", body, content_type="application/json", headers=self.headers)
