package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.JointLayers;
import io.github.glimpse.nn.PromptLayers;
import io.github.glimpse.serve.JointSlice;
import io.github.glimpse.serve.Slices;
import org.jspecify.annotations.Nullable;

/** Lets the few rows of prompts of one model run in the same slices. */
public final class JointPrompts {

    private final TorchRuntime runtime;
    private final VisionLanguageModel model;
    private final JointSlice<JointLayers.Part, NDArray> layers;
    private final JointSlice<JointLayers.Last, NDArray> heads;

    /**
     * Of a model that stays the caller's.
     *
     * @param sliceRows of all prompts together: they take no longer than a slice of a long one
     */
    public JointPrompts(TorchRuntime runtime, VisionLanguageModel model, int sliceRows) {
        this.runtime = runtime;
        this.model = model;
        PromptLayers prompts = model.decoder().prompts();
        this.layers = new JointSlice<>(
                prompts::layer, (one, other) -> one.layer() == other.layer(), JointLayers.Part::rows, sliceRows);
        this.heads = new JointSlice<>(prompts::logits, (one, other) -> true, last -> 1, sliceRows);
    }

    /**
     * For a prompt's work in slices.
     *
     * @param check throws if the request is not to go on
     * @return null where prompts have processors beside each other, where rows have other bits among others, and while weights change their form
     */
    public @Nullable JointLayers with(Slices slices, CancellationPoint check) {
        boolean together = runtime.placesAtOnce() == 1
                && model.weights().isSettled()
                && model.decoder().prompts().mayJoin();
        return together
                ? new JointLayers(part -> run(layers, part, slices, check), last -> run(heads, last, slices, check))
                : null;
    }

    private static <T> NDArray run(JointSlice<T, NDArray> slice, T part, Slices slices, CancellationPoint check) {
        check.check();
        return slices.together(slice, part);
    }
}
