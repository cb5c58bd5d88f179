/**
 * BLIP (arXiv 2201.12086): a vision transformer and BERT stacks with cross-attention, for answers, captions or image-text
 * matching. Sizes come from {@code config.json}, never from a constant.
 */
@NullMarked
package io.github.glimpse.model.blip;

import org.jspecify.annotations.NullMarked;
