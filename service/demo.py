"""`make demo`: a synthetic submission with faults, checked over HTTP, from start to report.

Everything it makes lies in build/demo. The service is started for it alone, on a free port, and stopped at the end.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from validators.synthetic import generate

FOLDER = Path("build/demo")
PERSONS, SEED, PERIOD, PROVIDER = 2000, 1, "2026-04", "RX1"
TODAY = "2026-05-07"
FAULTS = {
    "PMD00111": 0.01,
    "PMD001.birth_date.format": 0.02,
    "PMD001.ethnic_category.code": 0.01,
    "PMD001.stated_gender.missing": 0.03,
    "PMD001.key.repeated": 0.002,
    "PMD00302": 0.01,
    "PMD201.referral.link": 0.01,
}
SHOWN = 5
_START_SECONDS, _CHECK_SECONDS = 30, 300


def main() -> int:
    """Run the demonstration. 0 where it ended with a verdict."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    print(f"A synthetic submission of {PERSONS:,} persons with faults is made (seed {SEED}).")
    submission = _submission()
    with _service() as address:
        print(f"The service listens on {address}; {submission} is sent to POST /v1/checks.")
        report = json.loads(_check(address, submission, "json"))
        page = _check(address, submission, "html")
    (FOLDER / "report.json").write_text(json.dumps(report, indent=2), "utf-8")
    (FOLDER / "report.html").write_bytes(page)
    _tell(report)
    print(f"\nThe report as a page: {FOLDER / 'report.html'}\nThe report as JSON:   {FOLDER / 'report.json'}")
    print("The service has been stopped. It kept nothing.")
    return 0


def _submission() -> Path:
    files = FOLDER / "submission"
    written = generate(files, persons=PERSONS, seed=SEED, period=PERIOD, provider=PROVIDER, faults=FAULTS)
    print("Rows that break a rule: " + ", ".join(f"{rows} {rule}" for rule, rows in written["faults"].items()) + ".")
    packed = FOLDER / "submission.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files.iterdir()):
            archive.write(file, file.name)
    return packed


@contextmanager
def _service() -> Generator[str]:
    """The service in a process of its own, and its address once it listens."""
    log = FOLDER / "service.log"
    with log.open("wb") as to_log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve", "--host", "127.0.0.1", "--port", "0"],
            stderr=to_log,
            env=os.environ | {"PLUSMDS_DATA_DIR": str(FOLDER / "data")},
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(timeout=_START_SECONDS)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        for line in log.read_text("utf-8").splitlines(keepends=True):
            if '"listening"' in line and line.endswith("\n"):
                told = json.loads(line)
                return f"http://{told['host']}:{told['port']}"
        time.sleep(0.05)
    raise SystemExit(f"The service did not start. What it said is in {log}.")


def _check(address: str, submission: Path, form: str) -> bytes:
    service = http.client.HTTPConnection(address.removeprefix("http://"), timeout=_CHECK_SECONDS)
    with submission.open("rb") as body:
        service.request(
            "POST",
            f"/v1/checks?name={submission.name}&today={TODAY}&format={form}",
            body,
            {"Content-Type": "application/zip", "Content-Length": str(submission.stat().st_size)},
        )
    answer = service.getresponse()
    content = answer.read()
    service.close()
    if answer.status != http.HTTPStatus.OK:
        raise SystemExit(f"The service answered {answer.status}: {content.decode()}")
    return content


def _tell(report: dict[str, Any]) -> None:
    counts = report["counts"]
    print(f"\nVerdict: {report['verdict']}. {report['verdict_sentence']}")
    print(f"Findings by severity: error {counts['error']}, warning {counts['warning']}, info {counts['info']}.")
    print(f"The first {min(SHOWN, len(report['findings']))}:")
    for finding in report["findings"][:SHOWN]:
        rows = "" if finding["failed_rows"] is None else f", {finding['failed_rows']:,} {finding['counted']}"
        print(f"  {finding['severity']:<7} {finding['rule_id']}  {finding['title']} ({finding['table']}{rows})")
        print(f"          {finding['fix'] or finding['message']}")


if __name__ == "__main__":
    sys.exit(main())
