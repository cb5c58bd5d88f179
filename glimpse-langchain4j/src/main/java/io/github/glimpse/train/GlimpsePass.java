package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.PromptBuilder;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.RecordedDecoder;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.prefill.Prompt;
import io.github.glimpse.prune.glimpse.RecordedGlimpse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One sample from picture to loss: the prompt through the frozen model, then the glimpse tokens, and with a language loss the answer
 * behind them, with history.
 */
final class GlimpsePass implements SamplePass {

    private final VisionLanguageModel model;
    private final RecordedDecoder recorded;
    private final RecordedGlimpse glimpse;
    private final TrainableParameters parameters;
    private final ImageDecoder pictures;
    private final PromptBuilder prompts;
    private final GlimpseLoss losses;
    private final TensorScope owned;
    private final double languageWeight;

    GlimpsePass(
            TorchRuntime runtime,
            VisionLanguageModel model,
            RecordedGlimpse glimpse,
            TrainableParameters parameters,
            ImageDecoder pictures,
            GlimpseTrainingOptions options) {
        this.model = model;
        this.glimpse = glimpse;
        this.parameters = parameters;
        this.pictures = pictures;
        this.prompts = new PromptBuilder(model, pictures);
        this.owned = runtime.openScope();
        this.recorded = RecordedDecoder.of(runtime, model.decoder(), owned);
        this.losses = new GlimpseLoss(runtime, options);
        this.languageWeight = options.languageWeight();
    }

    @Override
    public Outcome run(GlimpseSample sample, float @Nullable [] dropout, TensorScope scope) {
        byte[] picture = sample.picture().bytes();
        Prompt prompt = prompts.prompt(turns(sample, picture));
        float[] target = target(sample, picture, prompt);
        long[] answer = languageWeight > 0 ? answer(sample.answer()) : new long[0];
        int needed = prompt.tokens() + glimpse.glimpseLength() + answer.length;
        if (needed > model.contextLength()) {
            throw new PromptTooLongException("Question, picture and answer have " + needed + " tokens, the model takes "
                    + model.contextLength() + "; leave the sample out, or lower glimpse.limits.max-pixels");
        }
        int layers = answer.length > 0 ? model.decoder().dimensions().layers() : lastSelected() + 1;
        FrozenPrompt frozen = FrozenPrompt.run(
                model, recorded, prompt, unit -> prompts.patches(prompt, unit), glimpse.visionTaps(), layers, scope);
        List<NDArray> attention = new ArrayList<>();
        NDArray spoken = behind(prompt, frozen, answer, dropout, attention, layers, scope);
        List<List<int[]>> windows =
                prompt.grids().stream().map(grid -> model.tower().windows(grid)).toList();
        List<NDArray> rows =
                glimpse.logits(parameters::get, attention, frozen.conditions(), prompt.grids(), windows, scope);
        return losses.of(rows, target, spoken, answer, scope);
    }

    private static List<ChatTurn> turns(GlimpseSample sample, byte[] picture) {
        ChatTurn question = ChatTurn.user(sample.question(), picture);
        return sample.system().isBlank()
                ? List.of(question)
                : List.of(new ChatTurn(ChatTurn.Role.SYSTEM, List.of(new ChatTurn.Text(sample.system()))), question);
    }

    /** The masks of all units of the picture, one behind the other. */
    private float[] target(GlimpseSample sample, byte[] picture, Prompt prompt) {
        List<float[]> masks = prompt.plans().stream()
                .map(plan -> TargetMask.of(sample, picture, pictures, plan))
                .toList();
        float[] target = new float[masks.stream().mapToInt(mask -> mask.length).sum()];
        int next = 0;
        for (float[] mask : masks) {
            System.arraycopy(mask, 0, target, next, mask.length);
            next += mask.length;
        }
        return target;
    }

    /** Glimpse rows and answer, layer by layer; fills {@code attention}, gives the answer's logits. */
    private NDArray behind(
            Prompt prompt,
            FrozenPrompt frozen,
            long[] answer,
            float @Nullable [] dropout,
            List<NDArray> attention,
            int layers,
            TensorScope scope) {
        int length = glimpse.glimpseLength();
        List<NDArray> vectors = glimpse.vectors(parameters::get, mask(dropout, scope), scope);
        // The last id of the answer is predicted, but predicts nothing.
        int inputs = Math.max(0, answer.length - 1);
        NDArray words = model.decoder().embed(scope.longs(Arrays.copyOf(answer, inputs), inputs), inputs, scope);
        NDArray rows = recorded.rows(vector(vectors, 0), recorded.constant(words, scope), scope);
        RotaryEmbedding.Tables tables = tables(frozen.lastPosition() + 1, length + inputs, scope);
        NDArray chosen = scope.indices(prompt.layout().imageRows());
        Map<Integer, NDArray> read = new HashMap<>();
        for (int layer = 0; layer < layers; layer++) {
            if (layer > 0 && glimpse.glimpseLayers().contains(layer)) {
                rows = recorded.addInFront(rows, vector(vectors, layer), scope);
            }
            RecordedDecoder.LayerOutput output = recorded.layer(
                    layer,
                    rows,
                    tables,
                    frozen.keys().get(layer),
                    frozen.values().get(layer),
                    frozen.tokens(),
                    scope);
            if (glimpse.selectedLayers().contains(layer)) {
                read.put(layer, recorded.attentionOfRow(output, length - 1, chosen, glimpse.scoreForm(), scope));
            }
            rows = output.rows();
        }
        glimpse.selectedLayers().forEach(layer -> attention.add(Objects.requireNonNull(read.get(layer))));
        return answer.length > 0
                ? recorded.logits(rows, length - 1, answer.length, scope)
                : scope.floats(new float[0], 0);
    }

    private NDArray vector(List<NDArray> vectors, int layer) {
        return vectors.get(glimpse.glimpseLayers().indexOf(layer));
    }

    private @Nullable NDArray mask(float @Nullable [] dropout, TensorScope scope) {
        return dropout == null ? null : scope.floats(dropout, parameters.shape("learnable_embeddings"));
    }

    private RotaryEmbedding.Tables tables(long first, int count, TensorScope scope) {
        int kinds = model.decoder().positionRows();
        long[] flat = new long[kinds * count];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = first + i % count;
        }
        return recorded.rotary(scope.longs(flat, kinds, count), scope);
    }

    private int lastSelected() {
        return glimpse.selectedLayers().stream()
                .mapToInt(Integer::intValue)
                .max()
                .orElseThrow();
    }

    /** Ids of the answer and the id that ends it. */
    private long[] answer(String text) {
        int[] ids = model.tokenizer().encode(model.tokenizer().guard(text));
        // A tokenizer may begin every text with a token that stands at the start of a prompt only.
        int from = ids.length > 0 && model.tokenizer().isSpecial(ids[0]) ? 1 : 0;
        long[] answer = new long[ids.length - from + 1];
        for (int i = from; i < ids.length; i++) {
            answer[i - from] = ids[i];
        }
        answer[answer.length - 1] =
                model.stopIds().stream().mapToInt(Integer::intValue).min().orElseThrow();
        return answer;
    }

    @Override
    public void close() {
        recorded.close();
        losses.close();
        owned.close();
    }
}
