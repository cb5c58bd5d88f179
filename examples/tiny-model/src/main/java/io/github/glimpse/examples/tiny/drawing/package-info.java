/**
 * The pictures that the embedded model is trained and asked on: receipts, signs, bar charts, scenes, and what is asked
 * about them.
 *
 * <p>{@link io.github.glimpse.examples.tiny.drawing.Studio} draws a
 * {@link io.github.glimpse.examples.tiny.drawing.Drawing} for a
 * {@link io.github.glimpse.examples.tiny.drawing.DrawingRequest}: the same request gives the same bytes on every machine,
 * because strokes, fills and chance are all computed here with exact arithmetic, without the platform's fonts or graphics.
 * {@link io.github.glimpse.examples.tiny.drawing.Vocabulary} has every word that is asked or answered. Knows nothing of
 * training.
 */
@NullMarked
package io.github.glimpse.examples.tiny.drawing;

import org.jspecify.annotations.NullMarked;
