"""The inbox may be a bucket of an S3-compatible store: listed, read and cleared like any other."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from tests.conftest import TestWarehouse

from aim.contracts.registry import read_registry
from aim.landing.inbox import InboxError, InboxFile, list_inbox
from aim.landing.load import land_inbox
from aim.settings import PROJECT_ROOT, Settings

PLAIN = (Path(__file__).parents[1] / "data" / "files" / "plain.csv").read_bytes()
CENTRES = [
    code
    for code, provider in read_registry(PROJECT_ROOT / "dbt_project" / "seeds" / "registry" / "providers.csv").items()
    if provider.kind == "spc"
]
PASSWORD = "password-of-the-bucket"
NAME = f"atvejai_{CENTRES[0]}_2018-10.csv"


@pytest.fixture(scope="module")
def store_url() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket, and the environment through which landing finds it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", store_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "aim")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", PASSWORD)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    store = boto3.resource("s3")
    made = store.create_bucket(Bucket="provider-files")
    yield made
    made.objects.all().delete()
    made.delete()


@pytest.fixture
def house(warehouse: TestWarehouse) -> tuple[Settings, TestWarehouse]:
    return warehouse.settings.model_copy(update={"inbox": "s3://provider-files/inbox"}), warehouse


def deliveries(warehouse: TestWarehouse) -> list[tuple[Any, ...]]:
    return warehouse.connection.execute(
        "select channel, file_name, received_at, rows_received from ops.deliveries order by delivery_id"
    ).fetchall()


def test_a_file_in_a_bucket_lands_and_is_removed(house: tuple[Settings, TestWarehouse], bucket: Any) -> None:
    bucket.put_object(Key=f"inbox/sftp/{NAME}", Body=PLAIN)
    settings, warehouse = house
    stamp = bucket.Object(f"inbox/sftp/{NAME}").last_modified
    assert land_inbox(settings, warehouse).summary()["received"] == 1
    assert deliveries(warehouse) == [("sftp", NAME, stamp, 2)]
    assert list(bucket.objects.all()) == []


def test_only_whole_files_that_stood_still_are_taken(house: tuple[Settings, TestWarehouse], bucket: Any) -> None:
    settings, warehouse = house
    bucket.put_object(Key="inbox/", Body=b"")
    bucket.put_object(Key="inbox/sftp/", Body=b"")
    bucket.put_object(Key=f"inbox/sftp/{NAME}.part", Body=PLAIN)
    bucket.put_object(Key="inbox/api/folder/deep.csv", Body=PLAIN)
    sending = bucket.Object(f"inbox/sftp/{NAME}").initiate_multipart_upload()
    part = sending.Part(1).upload(Body=PLAIN)
    assert land_inbox(settings, warehouse).summary() | {"reasons": None} == {
        "received": 0, "rejected": 0, "taken_before": 0, "waiting": 0, "errored": 0, "rows": 0, "reasons": None,
        "answers": 0, "answers_refused": 0,
    }  # fmt: skip
    sending.complete(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})
    patient = settings.model_copy(update={"settle_seconds": 60})
    assert land_inbox(patient, warehouse).waiting == 1
    later = datetime.now(UTC) + timedelta(seconds=61)
    assert [file.name for file in list_inbox(settings.inbox, 60, later).ready] == [NAME]
    assert land_inbox(settings, warehouse).summary()["received"] == 1


def test_a_file_overwritten_since_it_was_listed_is_another(bucket: Any) -> None:
    bucket.put_object(Key=NAME, Body=PLAIN)
    (file,) = list_inbox("s3://provider-files", 0, datetime.now(UTC)).ready
    assert file.is_unchanged()
    # As long, and in the same second.
    bucket.put_object(Key=NAME, Body=PLAIN.replace(b"A-1", b"A-9"))
    assert not file.is_unchanged()
    file.remove()
    assert len(list(bucket.objects.all())) == 1
    bucket.objects.all().delete()
    assert not file.is_unchanged()
    file.remove()


def test_a_listing_more_exact_than_the_single_answer_is_no_change(
    house: tuple[Settings, TestWarehouse], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stores list parts of a second and leave them out where one file is asked for."""
    settings, warehouse = house
    bucket.put_object(Key=f"inbox/{NAME}", Body=PLAIN)
    listed = list_inbox(settings.inbox, 0, datetime.now(UTC))
    exact = [
        InboxFile(**{**file.__dict__, "received_at": file.received_at.replace(microsecond=123_000)})
        for file in listed.ready
    ]
    monkeypatch.setattr("aim.landing.load.list_inbox", lambda *_: type(listed)(tuple(exact), 0))
    assert land_inbox(settings, warehouse).summary()["received"] == 1
    assert list(bucket.objects.all()) == []


def test_a_kill_between_commit_and_removal_doubles_nothing(
    house: tuple[Settings, TestWarehouse], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, warehouse = house
    bucket.put_object(Key=f"inbox/upload/{NAME}", Body=PLAIN)

    def die(_: InboxFile) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(InboxFile, "remove", die)
        land_inbox(settings, warehouse)
    assert len(list(bucket.objects.all())) == 1
    assert land_inbox(settings, warehouse).summary()["taken_before"] == 1
    assert len(deliveries(warehouse)) == 1
    assert list(bucket.objects.all()) == []


@pytest.mark.parametrize(
    "name",
    ["a 'quoted' \"name\".csv", "b'; drop table ops.runs; --.csv", "e?f#g*h[1].csv", "ė" * 300 + ".csv"],
)
def test_any_key_is_a_name(house: tuple[Settings, TestWarehouse], bucket: Any, name: str) -> None:
    settings, warehouse = house
    bucket.put_object(Key=f"inbox/email/{name}", Body=PLAIN)
    assert land_inbox(settings, warehouse).reasons == {"bad_name": 1}
    assert list(bucket.objects.all()) == []
    ((_, shown, _, _),) = deliveries(warehouse)
    assert "\n" not in shown and len(shown) <= 200


def test_a_bucket_that_cannot_be_reached_says_so_and_no_secret_is_logged(
    house: tuple[Settings, TestWarehouse],
    bucket: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    settings, warehouse = house
    bucket.put_object(Key=f"inbox/{NAME}", Body=PLAIN)
    with caplog.at_level(logging.DEBUG):
        land_inbox(settings, warehouse)
        with pytest.MonkeyPatch.context() as elsewhere, pytest.raises(InboxError) as failed:
            elsewhere.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
            elsewhere.setenv("AWS_MAX_ATTEMPTS", "1")
            land_inbox(settings, warehouse)
    assert "AIM_INBOX" in str(failed.value)
    assert (failed.value.__cause__, failed.value.__suppress_context__) == (None, True)
    said = caplog.text + str(failed.value) + repr(settings) + "".join(capfd.readouterr())
    assert PASSWORD not in said
    assert "51003019808" not in said


def test_a_bucket_without_the_folder_is_an_empty_inbox(bucket: Any) -> None:
    assert list_inbox("s3://provider-files/none", 0, datetime.now(UTC)).ready == ()
