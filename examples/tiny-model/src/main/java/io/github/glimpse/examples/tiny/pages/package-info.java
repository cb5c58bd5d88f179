/**
 * Pages of the second edition: forms, tables, signs, charts, shapes and running text in real type faces, several kinds on a page, with
 * what is true of them.
 *
 * <p>{@link io.github.glimpse.examples.tiny.pages.PageMaker} paints a {@link io.github.glimpse.examples.tiny.pages.DrawnPage} for a
 * {@link io.github.glimpse.examples.tiny.pages.PageRequest}; type faces come from a
 * {@link io.github.glimpse.examples.tiny.pages.FontRegistry}, a folder of fonts that no build downloads. Painted by Java2D, so another Java
 * may round an edge of a letter differently; marks, words and facts are the same everywhere. Knows nothing of training.
 */
@NullMarked
package io.github.glimpse.examples.tiny.pages;

import org.jspecify.annotations.NullMarked;
