from __future__ import annotations

import subprocess

import pytest
from conftest import AT, DOCX, PDF, TEMPLATE, item, put, tree

from docgen.archive.deposit import Content, deposit
from docgen.archive.eventlog import read
from docgen.archive.keep import keep, kept_files
from docgen.archive.recovery import recover
from docgen.archive.verify import verify
from docgen.errors import Damage, Refused
