"""From documents to a build folder: one pass, in batches, in any number of processes.

`index` puts the documents in order, `batch` is what a worker does, `output` the files that the batches are written to,
`reuse` what an update takes from an older build, `one_pass` the whole.
"""

from kg.pipeline.batch import BATCH, Job, Task, read_batch, read_figure
from kg.pipeline.grading import open_grader
from kg.pipeline.index import Entry, Index, index_documents, read_document
from kg.pipeline.one_pass import Counts, run

__all__ = [
    "BATCH",
    "Counts",
    "Entry",
    "Index",
    "Job",
    "Task",
    "index_documents",
    "open_grader",
    "read_batch",
    "read_document",
    "read_figure",
    "run",
]
