/**
 * The pixels of WebP files: lossy frames (VP8 key frames, RFC 6386) and lossless ones (VP8L, RFC 9649), as the WebP
 * library decodes them, to the bit.
 *
 * <p>Why it is here: the pictures that the models were trained on came from that library. The ImageIO plug-in in Java
 * gives others, and the wrapper of the library itself keeps the garbage collector of the whole process waiting; both
 * were weighed in ADR 0022.
 *
 * <p>Entry types: {@link io.github.glimpse.image.webp.Vp8Decoder} and {@link
 * io.github.glimpse.image.webp.Vp8lDecoder}. The container is read by the room around. Knows nothing of it.
 */
@NullMarked
package io.github.glimpse.image.webp;

import org.jspecify.annotations.NullMarked;
