# Every target prepares .venv by itself: `make run` and `make test` need python3 (3.11 or newer) and nothing else.
PYTHON ?= python3
BOOTSTRAP = @$(PYTHON) core/bootstrap.py

# make run PORT=8001 and the like reach the settings.
ifdef PORT
export PORT
endif

.DEFAULT_GOAL := help
.PHONY: help run test check audit prove bench demo mails docs format generate

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

run: ## serve web and worker on 127.0.0.1:8000 (PORT=8001 for another port) with a demo practice
	$(BOOTSTRAP) run

test: ## run the tests on SQLite and PostgreSQL; ARGS="-k word" goes to pytest
	$(BOOTSTRAP) test $(ARGS)

check: ## format, lint, types, import arrows, migrations, generated files, documentation, translations
	$(BOOTSTRAP) check

audit: ## ask the index whether a pinned package has a known hole
	$(BOOTSTRAP) audit

prove: ## run the long proofs: races, kills, real processes, real clients
	$(BOOTSTRAP) prove $(ARGS)

bench: ## measure over HTTP beside REST framework and bare SQL; ARGS="--rounds 2 --seconds 2"
	$(BOOTSTRAP) bench $(ARGS)

demo: ## tell six stories against the running server
	$(BOOTSTRAP) demo $(ARGS)

mails: ## draw every mail in every language into var/mail-pictures (needs Chromium); ARGS="--only confirmed"
	@DEBUG=$${DEBUG:-true} $(PYTHON) core/bootstrap.py mails $(ARGS)

docs: ## serve the documentation on 127.0.0.1:8001; ARGS=build writes it into var/site
	@NO_MKDOCS_2_WARNING=1 $(PYTHON) core/bootstrap.py docs $(or $(ARGS),serve)

format: ## format the code and mend what the linter can mend
	$(BOOTSTRAP) format

generate: ## write the generated files anew (schema.graphql, some of docs/, catalogues of translations)
	$(BOOTSTRAP) generate
