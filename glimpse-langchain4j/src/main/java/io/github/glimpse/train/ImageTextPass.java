package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.ImageTextPrompts;
import io.github.glimpse.model.ImageTextTask;
import io.github.glimpse.model.clip.TowerPass;
import io.github.glimpse.nn.CrossKeyValues;
import io.github.glimpse.nn.CrossTextStack;
import io.github.glimpse.nn.CrossTextStack.ScoreOutput;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.RecordedCrossText;
import io.github.glimpse.nn.TextCache;
import io.github.glimpse.prune.glimpse.RecordedGlimpse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One sample through a model with cross-attention: picture and text through the frozen model up to the last layer that is read, the
 * glimpse tokens behind the text with history. Without a token the evidence is what the first row of the text attends to, or the last of
 * a caption's beginning, and the predictor alone learns.
 */
final class ImageTextPass implements SamplePass {

    private final ImageTextModel model;
    private final CrossTextStack stack;
    private final RecordedCrossText recorded;
    private final RecordedGlimpse glimpse;
    private final TrainableParameters parameters;
    private final ImageDecoder pictures;
    private final ImageTextPrompts texts;
    private final GlimpseLoss losses;
    private final TensorScope owned;
    private final boolean causal;

    /** A picture as the tower sees it: rows to attend to, class row first, and the conditions of the predictor. */
    private record Seen(NDArray rows, List<NDArray> conditions) {}

    ImageTextPass(
            TorchRuntime runtime,
            ImageTextModel model,
            RecordedGlimpse glimpse,
            TrainableParameters parameters,
            ImageDecoder pictures,
            GlimpseTrainingOptions options) {
        if (options.languageWeight() > 0) {
            throw new UnsupportedModelException("The answers of " + model.family()
                    + " do not read the glimpse tokens, so a language loss teaches nothing; set its weight to 0");
        }
        this.model = model;
        this.stack = model.crossText();
        this.glimpse = glimpse;
        this.parameters = parameters;
        this.pictures = pictures;
        this.texts = new ImageTextPrompts(model);
        this.causal = model.task() == ImageTextTask.CAPTION;
        this.owned = runtime.openScope();
        this.recorded = RecordedCrossText.of(runtime, stack, owned);
        this.losses = new GlimpseLoss(runtime, options);
    }

    @Override
    public Outcome run(GlimpseSample sample, float @Nullable [] dropout, TensorScope scope) {
        if (!sample.system().isBlank()) {
            throw new UnsupportedModelException("The texts of " + model.family() + " have no place for the "
                    + sample.system().length() + " characters of a sample's system message; leave them empty");
        }
        byte[] picture = sample.picture().bytes();
        PixelPatches patches = model.preprocessor().preprocess(pictures.decode(picture));
        float[] target = TargetMask.of(sample, picture, pictures, patches.plan());
        int[] ids = texts.ids(sample.question().isBlank() ? null : sample.question());
        if (ids.length < 1 || ids.length > model.contextLength()) {
            throw new PromptTooLongException("The text of a sample has " + ids.length + " tokens, the model reads 1 to "
                    + model.contextLength() + "; leave the sample out");
        }
        Seen seen = see(patches, scope);
        List<NDArray> attention = attention(ids, seen, dropout, scope);
        ImageGrid grid = patches.plan().grid();
        int[] all = IntStream.range(0, grid.tokenCount()).toArray();
        List<NDArray> rows = glimpse.logits(
                parameters::get, attention, seen.conditions(), List.of(grid), List.of(List.of(all)), scope);
        return losses.of(rows, target, scope.floats(new float[0], 0), new long[0], scope);
    }

    private Seen see(PixelPatches patches, TensorScope scope) {
        int classRows = model.tower().config().layout().classRows();
        Map<Integer, NDArray> states = new HashMap<>();
        try (TensorScope step = scope.openChild();
                TowerPass pass = model.tower().pass(List.of(patches), () -> {}, step)) {
            for (int state : new TreeSet<>(glimpse.visionTaps())) {
                pass.runTo(state);
                NDArray rows = stack.patches(pass.rows(step), classRows, scope);
                states.put(state, recorded.constant(rows, scope));
            }
            pass.runTo(model.tower().depth());
            NDArray rows = stack.rows(pass.normedRows(step), scope);
            List<NDArray> conditions = glimpse.visionTaps().stream()
                    .map(state -> Objects.requireNonNull(states.get(state)))
                    .toList();
            return new Seen(rows, conditions);
        }
    }

    /** What the last glimpse token, or the row in its place, attends to: {@code [patches, heads]} per selected layer. */
    private List<NDArray> attention(int[] ids, Seen seen, float @Nullable [] dropout, TensorScope scope) {
        int length = glimpse.glimpseLength();
        List<NDArray> vectors = length == 0 ? List.of() : glimpse.vectors(parameters::get, mask(dropout, scope), scope);
        Map<Integer, NDArray> read = new HashMap<>();
        NDArray hidden = stack.embed(ids, 0, scope);
        NDArray rows = length == 0 ? hidden : vector(vectors, 0);
        for (int layer = 0; layer <= Collections.max(glimpse.selectedLayers()); layer++) {
            boolean wanted = glimpse.selectedLayers().contains(layer);
            CrossKeyValues image = stack.keyValues(layer, seen.rows(), scope);
            TextCache cache = stack.newCache(ids.length, scope);
            CrossTextStack.LayerOutput text = stack.layer(
                    layer,
                    hidden,
                    cache,
                    causal ? 0 : ids.length,
                    image,
                    wanted && length == 0 ? ScoreOutput.SCORES : ScoreOutput.ROWS_ONLY,
                    scope);
            hidden = text.hidden();
            if (length > 0) {
                NDArray asking = layer > 0 && glimpse.glimpseLayers().contains(layer)
                        ? recorded.add(rows, vector(vectors, layer), scope)
                        : rows;
                RecordedCrossText.LayerOutput output = recorded.layer(layer, asking, cache, ids.length, image, scope);
                rows = output.rows();
                if (wanted) {
                    read.put(layer, recorded.attentionOfRow(output, length - 1, scope));
                }
            } else if (text.scores() != null) {
                NDArray scores =
                        stack.attentionOfRow(text.scores(), causal ? ids.length - 1 : 0, ScoreForm.LOGITS, scope);
                read.put(layer, recorded.constant(scores, scope));
            }
        }
        List<NDArray> attention = new ArrayList<>();
        glimpse.selectedLayers().forEach(layer -> attention.add(Objects.requireNonNull(read.get(layer))));
        return attention;
    }

    private NDArray vector(List<NDArray> vectors, int layer) {
        return vectors.get(glimpse.glimpseLayers().indexOf(layer));
    }

    private @Nullable NDArray mask(float @Nullable [] dropout, TensorScope scope) {
        return dropout == null ? null : scope.floats(dropout, parameters.shape("learnable_embeddings"));
    }

    @Override
    public void close() {
        recorded.close();
        losses.close();
        owned.close();
    }
}
