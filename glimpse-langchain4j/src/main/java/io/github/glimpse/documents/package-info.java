/**
 * Documents: pages of PDF files and pictures, found by text and by vectors, read by a chat model, and cited by page and box. Entry:
 * {@link io.github.glimpse.documents.PdfPages} for pages and {@link io.github.glimpse.documents.PageMapping} for places on them.
 */
@NullMarked
package io.github.glimpse.documents;

import org.jspecify.annotations.NullMarked;
