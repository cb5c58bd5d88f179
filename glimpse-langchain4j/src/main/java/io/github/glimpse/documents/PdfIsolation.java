package io.github.glimpse.documents;

/**
 * Place where PDF files are read. Files that others made belong in a process: only a process can be ended at any point.
 */
public enum PdfIsolation {
    /**
     * A Java process beside the application, with a heap of {@link DocumentLimits#maxMemoryBytes()}, killed when a time
     * limit passes. The default. Where no process can be started, PDF files are refused with the reason {@link
     * io.github.glimpse.InvalidDocumentException.Reason#NOT_NOW}.
     */
    PROCESS,
    /**
     * A thread of the application: for files that the operator trusts, on systems that permit no further process. Page
     * contents that never end keep their thread until the application ends; at eight such threads all PDF files are
     * refused. PDFBox shares the application's heap and writes to its log.
     */
    THREAD
}
