"""The service: a thin door over HTTP. Routes translate, `scheduler` decides.

`app.create_app` puts it together. ``flexweave serve`` runs it.
"""
