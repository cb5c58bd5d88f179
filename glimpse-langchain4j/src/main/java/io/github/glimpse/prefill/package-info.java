/**
 * Pictures and prompts through blocks with cuts: what is read on the way, who decides what stays, and the log of it. Knows
 * requests only as a {@link io.github.glimpse.prefill.PassContext}; answers are made by {@code generate}, vectors by {@code
 * embedding}. Entry types: {@link io.github.glimpse.prefill.Prefill} for a prompt that holds image rows, {@link
 * io.github.glimpse.prefill.TowerWalk} for a vision tower, {@link io.github.glimpse.prefill.CrossAttentionPass} for a text that
 * attends to image rows.
 */
@NullMarked
package io.github.glimpse.prefill;

import org.jspecify.annotations.NullMarked;
