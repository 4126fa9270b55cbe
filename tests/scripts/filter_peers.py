"""Times detect-secrets and Presidio on the texts in a directory; writes what they took as JSON to stdout.

Presidio has its pattern recognisers only, on a pipeline that splits words and has no model. What cannot run is reported
with the reason.
"""

import importlib.metadata
import json
import logging
import pathlib
import sys
import time

PIECE = 16 * 1024


def detect_secrets():
    from detect_secrets.core.secrets_collection import SecretsCollection
    from detect_secrets.settings import default_settings

    def run(path):
        with default_settings():
            secrets = SecretsCollection()
            secrets.scan_file(str(path))
            return sum(1 for _ in secrets)

    return run


def presidio():
    import spacy
    from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        """A pipeline without a model."""

        def __init__(self):
            super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
            self.nlp = {"en": spacy.blank("en")}

        def load(self):
            pass

    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    registry.recognizers = [r for r in registry.recognizers if isinstance(r, PatternRecognizer)]
    engine = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])

    def run(path):
        text = path.read_text(encoding="utf-8")
        pieces = (text[at : at + PIECE] for at in range(0, len(text), PIECE))
        return sum(len(engine.analyze(text=piece, language="en")) for piece in pieces)

    return run


def measured(tool, make, paths):
    try:
        run = make()
        for path in paths:
            before = time.process_time()
            findings = run(path)
            seconds = time.process_time() - before
            size = path.stat().st_size
            yield {"tool": tool, "text": path.stem, "bytes": size, "seconds": seconds, "findings": findings}
    except Exception as fault:  # noqa: BLE001: whatever it is, the report says so
        yield {"tool": tool, "fault": f"{type(fault).__name__}: {fault}"}


def main():
    logging.disable(logging.WARNING)
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.txt"))
    rows = []
    for package, make in (("detect-secrets", detect_secrets), ("presidio-analyzer", presidio)):
        try:
            tool = f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError as fault:
            rows.append({"tool": package, "fault": f"not installed: {fault}"})
            continue
        rows.extend(measured(tool, make, paths))
    json.dump(rows, sys.stdout)


main()
