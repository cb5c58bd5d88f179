"""Writes the Parquet file of ParquetDataTest with an independent writer: python make_parquet.py <file>; needs pyarrow."""
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
pq.write_table(pa.Table.from_pylist(rows, schema), sys.argv[1], row_group_size=3, compression=codecs)
