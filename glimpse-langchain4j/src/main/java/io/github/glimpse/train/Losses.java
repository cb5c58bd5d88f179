package io.github.glimpse.train;

import io.github.glimpse.engine.Graph;

/**
 * Compute text for losses, to be joined to a graph of one's own and called from its methods:
 *
 * <ul>
 *   <li>{@code self.dice_loss(logits, mask)}: {@code 1 - (2 Σ p t + 1e-6) / (Σ p + Σ t + 1e-6)} with {@code p} the sigmoid;
 *   <li>{@code self.mask_loss(logits, mask)}: dice plus 0.1 times the mean binary cross entropy, as the glimpse module is
 *       trained with;
 *   <li>{@code self.class_loss(logits, ids)}: mean cross entropy of {@code [rows, classes]}, id -100 left out;
 *   <li>{@code self.mixed_linear(input, weight, bias, half)}: a product of what bfloat16 holds if {@code half}, while weights,
 *       gradients and results stay float32. It is made in bfloat16 where the CPU or GPU has instructions for that, else in float32. An empty
 *       bias means none.
 * </ul>
 *
 * <p>Texts of {@link io.github.glimpse.nn.DecoderStack} can be joined beside them: {@code linear}, {@code norms}
 * (but for {@code frozen_rms_norm}), {@code rotary}, {@code attention} and {@code activation}.
 */
public final class Losses {

    private Losses() {}

    /** Joins the text to a graph. */
    public static Graph.Builder addTo(Graph.Builder graph) {
        return graph.with(Losses.class, "bfloat16").with(Losses.class, "losses");
    }
}
