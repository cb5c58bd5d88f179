/**
 * The pixels of WebP files: lossy frames (VP8 key frames, RFC 6386) and lossless ones (VP8L, RFC 9649), as the WebP
 * library decodes them, to the bit.
 *
 * <p>Why it is here: the pictures that the models were trained on came from that library, and the ImageIO plug-in that
 * there is (imageio-webp 3.12.0) gives others. Of 240 lossy test files each differed, for it predicts from filtered
 * pixels, so that errors add up over the picture, to the full range in the worst; of 240 lossless pictures and masks
 * it got 6 wrong. It also keeps kilobytes of objects for each 16 x 16 pixels.
 *
 * <p>Entry types: {@link io.github.glimpse.image.webp.Vp8Decoder} and {@link
 * io.github.glimpse.image.webp.Vp8lDecoder}. The container is read by the room around. Knows nothing of it.
 */
@NullMarked
package io.github.glimpse.image.webp;

import org.jspecify.annotations.NullMarked;
