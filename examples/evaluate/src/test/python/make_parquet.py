"""Writes the Parquet files of ParquetDataTest with an independent writer: python make_parquet.py <folder>; needs pyarrow."""
import datetime
import decimal
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq

rows = [
    {
        "question_id": 11 + i,
        "image": {"bytes": bytes([i]) * (5 + i), "path": None},
        "question": f"Question {i}?",
        "answers": [f"answer {i}", "other"],
        "boxes": [[1.0, 2.0, 3.0 + i, 4.0]],
        "metric": "anls",
        "category": None if i == 2 else "kind",
        "thumbnail": b"\x00\x01",
    }
    for i in range(4)
]
schema = pa.schema(
    [
        ("question_id", pa.int64()),
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("question", pa.string()),
        ("answers", pa.list_(pa.string())),
        ("boxes", pa.list_(pa.list_(pa.float64()))),
        ("metric", pa.string()),
        ("category", pa.string()),
        ("thumbnail", pa.binary()),
    ]
)
codecs = {"question": "zstd", "answers.list.element": "gzip", "image.bytes": "snappy"}
folder = pathlib.Path(sys.argv[1])
pq.write_table(pa.Table.from_pylist(rows, schema), folder / "questions.parquet", row_group_size=3, compression=codecs)

row = {"image": ["a.png"], "question": ["Question?"], "answer": ["x"]}
pq.write_table(pa.table(row), folder / "brotli.parquet", compression="brotli")
written = {**row, "answer": [decimal.Decimal("12.80")], "category": [datetime.date(2024, 2, 3)]}
pq.write_table(pa.table(written), folder / "decimals.parquet")
count = 1_000
same = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array(["q" * 1_000_000]))
repeated = {"image": ["a.png"] * count, "question": same, "answer": ["x"] * count}
pq.write_table(pa.table(repeated), folder / "repeated.parquet", compression="zstd")
