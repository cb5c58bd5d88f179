/** SmolVLM, SmolVLM2 and Idefics3: SigLIP tower, pixel shuffle, LLaMA decoder, pictures in tiles (arXiv 2408.12637, 2504.05299). */
@NullMarked
package io.github.glimpse.model.smolvlm;

import org.jspecify.annotations.NullMarked;
