/**
 * From the bytes of an image file to a picture, in plain Java without tensors.
 *
 * <p>Entry type: {@link io.github.glimpse.image.ImageDecoder}. Pixels are compared with Pillow 11.3, byte for byte, because
 * the models were trained on what it gives.
 */
@NullMarked
package io.github.glimpse.image;

import org.jspecify.annotations.NullMarked;
