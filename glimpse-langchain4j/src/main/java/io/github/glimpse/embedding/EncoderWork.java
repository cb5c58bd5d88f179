package io.github.glimpse.embedding;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.clip.DualEncoder;
import io.github.glimpse.model.clip.TowerPass;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.prefill.TowerDecision;
import io.github.glimpse.prefill.TowerStrategies;
import io.github.glimpse.prefill.TowerWalk;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningSchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A model in memory and the making of vectors. Who may ask, and when it may be closed, is {@link EmbeddingEngine}'s business. */
final class EncoderWork implements AutoCloseable {

    /** Texts are short: so many go through their tower together. */
    private static final int TEXT_BATCH = 32;

    static final String NEEDS_TEXT =
            "looks at texts, but vectors of pictures are made without; use another strategy, and give this one to match()";

    private final EmbeddingOptions options;
    private final TorchRuntime runtime;
    private final DualEncoder model;
    private final ImageDecoder decoder;
    private final TowerStrategies strategies;
    private final TowerStrategies.Lent standard;

    private EncoderWork(
            EmbeddingOptions options,
            TorchRuntime runtime,
            DualEncoder model,
            TowerStrategies strategies,
            TowerStrategies.Lent standard) {
        this.options = options;
        this.runtime = runtime;
        this.model = model;
        this.decoder = new ImageDecoder(options.imageLimits(), options.transparency());
        this.strategies = strategies;
        this.standard = standard;
    }

    static EncoderWork load(EmbeddingOptions options) {
        TorchRuntime runtime = TorchRuntime.start(options.runtime());
        DualEncoder model = null;
        TowerStrategies strategies = null;
        try {
            model = DualEncoder.load(options.model(), options.load(), runtime);
            strategies = new TowerStrategies(
                    runtime,
                    model.tower(),
                    model.settings(),
                    model.placesPatches() && model.readsText(),
                    options.strategies());
            // Made now, so that what does not fit is known now.
            TowerStrategies.Lent standard = strategies.lend(options.pruning());
            if (standard.needsText()) {
                throw new IllegalArgumentException("The pruning '" + standard.label() + "' " + NEEDS_TEXT);
            }
            return new EncoderWork(options, runtime, model, strategies, standard);
        } catch (RuntimeException | Error e) {
            if (strategies != null) {
                strategies.close();
            }
            if (model != null) {
                model.close();
            }
            runtime.close();
            throw e;
        }
    }

    DualEncoder model() {
        return model;
    }

    TorchRuntime runtime() {
        return runtime;
    }

    /** The schedule of a request: what it says, else what the options say. The caller closes it. */
    TowerStrategies.Lent lend(@Nullable PruningOptions pruning) {
        return strategies.lend(pruning == null ? options.pruning() : pruning.orElse(options.pruning()));
    }

    /** The label of what the options say. */
    String label() {
        return standard.label();
    }

    /** Vectors of texts, and how many ids those had. */
    TextVectors texts(List<String> texts, CancellationPoint cancellation) {
        List<int[]> ids = texts.stream()
                .map(text -> model.ids(text, tokens -> cancellation.check()))
                .toList();
        float[][] vectors = new float[ids.size()][];
        // Texts of like lengths run together, so that little is filled up.
        int[] order = IntStream.range(0, ids.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> ids.get(i).length))
                .mapToInt(Integer::intValue)
                .toArray();
        try (TensorScope scope = runtime.openScope()) {
            for (int from = 0; from < order.length; from += TEXT_BATCH) {
                int[] batch = Arrays.copyOfRange(order, from, Math.min(order.length, from + TEXT_BATCH));
                try (TensorScope step = scope.openChild()) {
                    NDArray rows = model.textVectors(
                            Arrays.stream(batch).mapToObj(ids::get).toList(), cancellation, step);
                    float[][] found = split(HostValues.floats(rows), batch.length);
                    for (int i = 0; i < batch.length; i++) {
                        vectors[batch[i]] = found[i];
                    }
                }
            }
        } catch (EngineException e) {
            throw TorchRuntime.translate("array work", e);
        }
        return new TextVectors(
                List.of(vectors), ids.stream().mapToInt(text -> text.length).sum());
    }

    /** What to do with pictures that are in the tower. */
    private interface Reader {
        void read(TowerWalk walk, List<PatchPlan> plans, int first, TensorScope scope);
    }

    ImageVectors images(List<byte[]> images, TowerStrategies.Lent pruning, CancellationPoint cancellation) {
        float[][] vectors = new float[images.size()][];
        PatchReport.Image[] report = new PatchReport.Image[images.size()];
        ImageTimings timings = inBatches(images, pruning, cancellation, (walk, plans, first, scope) -> {
            walk.toEnd(null);
            imageVectors(walk, scope, (picture, vector) -> vectors[first + picture] = vector);
            report(walk, plans, pruning, (picture, image) -> report[first + picture] = image);
        });
        return new ImageVectors(List.of(vectors), new PatchReport(pruning.label(), List.of(report)), timings);
    }

    List<PatchVectors> patches(List<byte[]> images, TowerStrategies.Lent pruning, CancellationPoint cancellation) {
        PatchVectors[] result = new PatchVectors[images.size()];
        inBatches(images, pruning, cancellation, (walk, plans, first, scope) -> {
            walk.toEnd(null);
            for (TowerWalk.Group group : walk.groups()) {
                TowerPass pass = pass(group);
                int count = pass.patches();
                float[][] vectors = split(HostValues.floats(model.patchVectors(pass, scope)), pass.pictures() * count);
                for (int i = 0; i < pass.pictures(); i++) {
                    int picture = group.pictures()[i];
                    result[first + picture] = new PatchVectors(
                            plans.get(picture), pass.alive(i), Arrays.copyOfRange(vectors, i * count, (i + 1) * count));
                }
            }
        });
        return List.of(result);
    }

    MatchScores match(
            List<byte[]> images, List<String> texts, TowerStrategies.Lent pruning, CancellationPoint cancellation) {
        if (texts.isEmpty() && pruning.needsText()) {
            throw new UnsupportedContentException(
                    "A cut by what the texts ask for was given 0 texts; give one, or cut by another strategy");
        }
        float[][] textVectors = texts(texts, cancellation).vectors().toArray(float[][]::new);
        float[][] logits = new float[images.size()][textVectors.length];
        int each = pruning.choosesForEachText() ? textVectors.length : 1;
        PatchReport.Image[] report = new PatchReport.Image[images.size() * each];
        inBatches(images, pruning, cancellation, (walk, plans, first, scope) -> {
            if (pruning.choosesForEachText()) {
                walk.toLikeness();
                for (int i = 0; i < textVectors.length; i++) {
                    int text = i;
                    try (TowerWalk branch = walk.branch()) {
                        branch.toEnd(likeness(new float[][] {textVectors[text]}, scope));
                        imageVectors(
                                branch,
                                scope,
                                (picture, vector) -> logits[first + picture][text] = logit(vector, textVectors[text]));
                        report(
                                branch,
                                plans,
                                pruning,
                                (picture, image) -> report[(first + picture) * each + text] = image);
                    }
                }
                return;
            }
            walk.toEnd(textVectors.length == 0 ? null : likeness(textVectors, scope));
            imageVectors(walk, scope, (picture, vector) -> {
                for (int text = 0; text < textVectors.length; text++) {
                    logits[first + picture][text] = logit(vector, textVectors[text]);
                }
            });
            report(walk, plans, pruning, (picture, image) -> report[first + picture] = image);
        });
        return MatchScores.of(logits, model.judgesPairs(), new PatchReport(pruning.label(), List.of(report)));
    }

    private TowerWalk.Likeness likeness(float[][] texts, TensorScope owner) {
        return (pass, scope) -> model.likeness((TowerPass) pass, tensor(texts, owner), scope);
    }

    /** What becomes of one picture of a batch. */
    private interface OfPicture<T> {
        void take(int picture, T value);
    }

    private static void report(
            TowerWalk walk, List<PatchPlan> plans, TowerStrategies.Lent pruning, OfPicture<PatchReport.Image> taker) {
        List<PruningSchedule.Cut> schedule = pruning.schedule().cuts();
        for (TowerWalk.Group group : walk.groups()) {
            for (int i = 0; i < group.pictures().length; i++) {
                int picture = group.pictures()[i];
                List<TowerDecision> decisions = walk.decisions(picture);
                List<PatchReport.Cut> cuts = new ArrayList<>();
                for (int step = 0; step < decisions.size(); step++) {
                    TowerDecision made = decisions.get(step);
                    int[] kept = made.kept();
                    if (kept.length < made.alive().length) {
                        cuts.add(new PatchReport.Cut(
                                schedule.get(step).at(),
                                schedule.get(step).name(),
                                made.alive(),
                                made.selection().scores(),
                                kept));
                    }
                }
                taker.take(
                        picture,
                        new PatchReport.Image(plans.get(picture), group.pass().alive(i), cuts));
            }
        }
    }

    private static NDArray tensor(float[][] vectors, TensorScope scope) {
        float[] flat = new float[vectors.length * vectors[0].length];
        for (int i = 0; i < vectors.length; i++) {
            System.arraycopy(vectors[i], 0, flat, i * vectors[0].length, vectors[0].length);
        }
        return scope.floats(flat, vectors.length, vectors[0].length);
    }

    private float logit(float[] picture, float[] text) {
        double dot = 0;
        for (int i = 0; i < picture.length; i++) {
            dot += (double) picture[i] * text[i];
        }
        float logit = (float) (model.logitScale() * dot + model.logitBias());
        NonFiniteNumbersException.requireFinite("The score of a picture and a text", logit);
        return logit;
    }

    private ImageTimings inBatches(
            List<byte[]> images, TowerStrategies.Lent pruning, CancellationPoint cancellation, Reader reader) {
        long decoding = 0;
        long seeing = 0;
        for (int from = 0; from < images.size(); from += options.batchSize()) {
            long start = System.nanoTime();
            List<PixelPatches> batch = new ArrayList<>();
            for (byte[] image : images.subList(from, Math.min(images.size(), from + options.batchSize()))) {
                cancellation.check();
                batch.add(model.preprocessor().preprocess(decoder.decode(image, cancellation::check)));
            }
            long decoded = System.nanoTime();
            decoding += decoded - start;
            try (TensorScope scope = runtime.openScope();
                    TowerWalk walk = new TowerWalk(model.tower(), pruning.schedule(), batch, cancellation, scope)) {
                reader.read(walk, batch.stream().map(PixelPatches::plan).toList(), from, scope);
            } catch (EngineException e) {
                throw TorchRuntime.translate("array work", e);
            }
            seeing += System.nanoTime() - decoded;
        }
        return new ImageTimings(Duration.ofNanos(decoding), Duration.ofNanos(seeing));
    }

    /** The model's tower is one of CLIP's kind, so its passes are. */
    private static TowerPass pass(TowerWalk.Group group) {
        return (TowerPass) group.pass();
    }

    private void imageVectors(TowerWalk walk, TensorScope scope, OfPicture<float[]> taker) {
        for (TowerWalk.Group group : walk.groups()) {
            try (TensorScope step = scope.openChild()) {
                float[] all = HostValues.floats(model.imageVectors(pass(group), step));
                float[][] vectors = split(all, group.pictures().length);
                for (int i = 0; i < vectors.length; i++) {
                    taker.take(group.pictures()[i], vectors[i]);
                }
            }
        }
    }

    private static float[][] split(float[] all, int count) {
        int width = all.length / Math.max(1, count);
        float[][] vectors = new float[count][];
        for (int i = 0; i < count; i++) {
            vectors[i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
            NonFiniteNumbersException.requireFinite("Vector " + i + " of " + count, vectors[i]);
        }
        return vectors;
    }

    @Override
    public void close() {
        standard.close();
        strategies.close();
        model.close();
        runtime.close();
    }
}
