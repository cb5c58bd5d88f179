package io.github.glimpse.embedding;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.clip.DualEncoder;
import io.github.glimpse.nn.CancellationPoint;
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

    private final EmbeddingOptions options;
    private final TorchRuntime runtime;
    private final DualEncoder model;
    private final ImageDecoder decoder;
    private final PatchSchedule standard;

    private EncoderWork(EmbeddingOptions options, TorchRuntime runtime, DualEncoder model, PatchSchedule standard) {
        this.options = options;
        this.runtime = runtime;
        this.model = model;
        this.decoder = new ImageDecoder(options.imageLimits(), options.transparency());
        this.standard = standard;
    }

    static EncoderWork load(EmbeddingOptions options) {
        TorchRuntime runtime = TorchRuntime.start(options.runtime());
        DualEncoder model = null;
        try {
            model = DualEncoder.load(options.model(), options.load(), runtime);
            // Made now, so that what does not fit is known now.
            return new EncoderWork(options, runtime, model, PatchSchedule.of(options.pruning(), model));
        } catch (RuntimeException | Error e) {
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

    /** The schedule of a request: its own, or that of the options. */
    PatchSchedule schedule(@Nullable PatchPruning pruning) {
        return pruning == null ? standard : PatchSchedule.of(pruning, model);
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
        void read(PrunedPass pass, int first, TensorScope scope);
    }

    ImageVectors images(List<byte[]> images, PatchSchedule schedule, CancellationPoint cancellation) {
        List<float[]> vectors = new ArrayList<>();
        List<PatchReport.Image> report = new ArrayList<>();
        ImageTimings timings = inBatches(images, schedule, cancellation, (pass, first, scope) -> {
            pass.runToEnd(null);
            vectors.addAll(Arrays.asList(imageVectors(pass, scope)));
            report.addAll(pass.report());
        });
        return new ImageVectors(vectors, new PatchReport(schedule.pruning().label(), report), timings);
    }

    List<PatchVectors> patches(List<byte[]> images, PatchSchedule schedule, CancellationPoint cancellation) {
        List<PatchVectors> result = new ArrayList<>();
        inBatches(images, schedule, cancellation, (pass, first, scope) -> {
            pass.runToEnd(null);
            float[] all = HostValues.floats(model.patchVectors(pass.pass(), scope));
            List<PatchReport.Image> report = pass.report();
            float[][] vectors = split(all, report.size() * pass.pass().patches());
            for (int i = 0; i < report.size(); i++) {
                int count = report.get(i).kept().length;
                result.add(new PatchVectors(
                        report.get(i).plan(),
                        report.get(i).kept(),
                        Arrays.copyOfRange(vectors, i * count, (i + 1) * count)));
            }
        });
        return result;
    }

    MatchScores match(List<byte[]> images, List<String> texts, PatchSchedule schedule, CancellationPoint cancellation) {
        if (texts.isEmpty() && schedule.pruning().needsText()) {
            throw new UnsupportedContentException(
                    "A cut by what the texts ask for was given 0 texts; give one, or cut by other evidence");
        }
        float[][] told = texts(texts, cancellation).vectors().toArray(float[][]::new);
        boolean each = schedule.pruning().needsText() && schedule.pruning().texts() == PatchPruning.TextUse.EACH;
        float[][] logits = new float[images.size()][told.length];
        List<PatchReport.Image> report = new ArrayList<>();
        inBatches(images, schedule, cancellation, (pass, first, scope) -> {
            if (each) {
                report.addAll(matchEach(pass, told, logits, first, scope));
            } else {
                pass.runToEnd(told.length == 0 ? null : tensor(told, scope));
                float[][] seen = imageVectors(pass, scope);
                for (int i = 0; i < seen.length; i++) {
                    for (int text = 0; text < told.length; text++) {
                        logits[first + i][text] = logit(seen[i], told[text]);
                    }
                }
                report.addAll(pass.report());
            }
        });
        return MatchScores.of(
                logits, model.judgesPairs(), new PatchReport(schedule.pruning().label(), report));
    }

    private List<PatchReport.Image> matchEach(
            PrunedPass trunk, float[][] told, float[][] logits, int first, TensorScope scope) {
        trunk.runToText();
        List<List<PatchReport.Image>> byText = new ArrayList<>();
        for (int text = 0; text < told.length; text++) {
            try (PrunedPass branch = trunk.branch()) {
                branch.runToEnd(tensor(new float[][] {told[text]}, scope));
                float[][] seen = imageVectors(branch, scope);
                for (int i = 0; i < seen.length; i++) {
                    logits[first + i][text] = logit(seen[i], told[text]);
                }
                byText.add(branch.report());
            }
        }
        List<PatchReport.Image> report = new ArrayList<>();
        for (int i = 0; i < trunk.report().size(); i++) {
            for (List<PatchReport.Image> images : byText) {
                report.add(images.get(i));
            }
        }
        return report;
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
            List<byte[]> images, PatchSchedule schedule, CancellationPoint cancellation, Reader reader) {
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
                    PrunedPass pass = new PrunedPass(model, schedule, batch, cancellation, scope)) {
                reader.read(pass, from, scope);
            } catch (EngineException e) {
                throw TorchRuntime.translate("array work", e);
            }
            seeing += System.nanoTime() - decoded;
        }
        return new ImageTimings(Duration.ofNanos(decoding), Duration.ofNanos(seeing));
    }

    private float[][] imageVectors(PrunedPass pass, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            float[] all = HostValues.floats(model.imageVectors(pass.pass(), step));
            return split(all, pass.pass().pictures());
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
        model.close();
        runtime.close();
    }
}
