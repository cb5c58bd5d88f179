/**
 * From the bytes of an image file to patches, in plain Java without tensors: decoding with limits, the resize of the
 * reference, the plan of the patches, and pictures that show what was kept.
 *
 * <p>Entry types: {@link io.github.glimpse.image.ImageDecoder}, {@link io.github.glimpse.image.ImageResizer} and
 * {@link io.github.glimpse.image.MaskOverlay}. What a family does with a picture is in {@code model}. Pixels are
 * compared with Pillow 11.3, byte for byte, because the models were trained on what it gives.
 */
@NullMarked
package io.github.glimpse.image;

import org.jspecify.annotations.NullMarked;
