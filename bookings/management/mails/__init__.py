"""Looking at mails before anybody gets them: `manage.py mail_pictures`."""
