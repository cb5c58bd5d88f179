package io.github.glimpse.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchCheckpoint;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.hub.ModuleFiles;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.model.AnsweringModel;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamilies;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.prune.glimpse.RecordedGlimpse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Trains a glimpse module for a model of any family; the model itself stays as it is. Per sample the prompt runs once through the
 * frozen model without history, the glimpse tokens behind it with one: gradients pass from the loss through the predictor and the
 * attention logits of the selected layers back to the embeddings. Of a model with cross-attention (BLIP) those are the attention
 * logits of its looks at the picture; a module without a glimpse token learns there too, from what a row of the text looks at. Its
 * answers do not read the token, so there is no language loss.
 *
 * <p>Loss: {@code maskWeight * (dice + crossEntropyWeight * cross entropy)} summed over the predictor's outputs, plus
 * {@code languageWeight} times the answer's cross entropy with the glimpse tokens between prompt and answer. Matrices of the
 * predictor start by Xavier's rule, embeddings normal with 0.02, biases 0, norms 1. For one thread; the native library should have
 * one too.
 *
 * @see <a href="https://arxiv.org/abs/2508.01548">GlimpsePrune, section 3</a>
 */
public final class GlimpseTrainer implements AutoCloseable {

    private static final double EMBEDDING_DEVIATION = 0.02;
    private static final List<String> FIGURES = List.of("mask_loss", "language_loss", "iou", "recall", "kept");

    private final GlimpseTrainingOptions options;
    private final TorchRuntime runtime;
    private final AnsweringModel model;
    private final ObjectNode config;
    private final RecordedGlimpse glimpse;
    private final TrainableParameters parameters;
    private final SamplePass pass;

    private GlimpseTrainer(EngineOptions base, GlimpseTrainingOptions options, TorchRuntime runtime) {
        this.options = options;
        this.runtime = runtime;
        ModelFiles files = ModelFiles.ofDirectory(base.model());
        this.model = ModelFamilies.discover(base.families())
                .of(base.family(), files.config())
                .load(files, unpacked(base.load()), runtime);
        ModuleFiles given = options.module() == null ? null : ModuleFiles.ofDirectory(options.module());
        this.config = config(given, files.config());
        this.glimpse = RecordedGlimpse.of(
                runtime,
                ModelConfig.ofJson("the module's config.json", config.toString()),
                files.config(),
                model.dimensions());
        checkTaps();
        this.parameters = TrainableParameters.empty(runtime, options.seed());
        addParameters(given == null ? Map.of() : tensors(given));
        this.pass = pass(new ImageDecoder(base.imageLimits(), base.transparency()));
    }

    private void checkTaps() {
        if (model instanceof ImageTextModel imageText) {
            glimpse.visionTaps().forEach(imageText.tower()::checkTap);
        } else {
            glimpse.visionTaps().forEach(VisionLanguageModel.require(model).tower()::checkTap);
        }
    }

    private SamplePass pass(ImageDecoder pictures) {
        return model instanceof ImageTextModel imageText
                ? new ImageTextPass(runtime, imageText, glimpse, parameters, pictures, options)
                : new GlimpsePass(runtime, VisionLanguageModel.require(model), glimpse, parameters, pictures, options);
    }

    /**
     * Loads the frozen model and makes the module.
     *
     * @param base the model: directory, family, device and threads, compute type, picture sizes and limits. Packed weights have no
     *     gradient, so they are mapped
     * @throws io.github.glimpse.GlimpseException if something is missing, damaged or does not fit
     */
    public static GlimpseTrainer open(EngineOptions base, GlimpseTrainingOptions options) {
        TorchRuntime runtime = TorchRuntime.start(base.runtime());
        try {
            return new GlimpseTrainer(base, options, runtime);
        } catch (RuntimeException e) {
            runtime.close();
            throw e;
        }
    }

    private static LoadOptions unpacked(LoadOptions load) {
        WeightFormat format = load.weights() == WeightFormat.COPIED ? WeightFormat.COPIED : WeightFormat.MAPPED;
        return load.toBuilder().weights(format).build();
    }

    private ObjectNode config(@Nullable ModuleFiles given, ModelConfig base) {
        if (given != null && options.design() == null) {
            return given.config().node().deepCopy();
        }
        GlimpseModuleDesign design = options.design() == null ? recipe() : options.design();
        return design.json(base, model.dimensions());
    }

    /** Behind the last layer no text looks at the picture any more, so a cut there would save nothing. */
    private GlimpseModuleDesign recipe() {
        GlimpseModuleDesign recipe = GlimpseModuleDesign.recipe(model.dimensions());
        int last = model.dimensions().layers() - 2;
        return model instanceof ImageTextModel && recipe.reduceLayer() > last
                ? recipe.withReduceLayer(Math.max(0, last))
                : recipe;
    }

    private static Map<String, CheckpointTensor> tensors(ModuleFiles files) {
        if (!files.isSafetensors()) {
            return TorchCheckpoint.read(files.weights());
        }
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        for (TensorEntry entry : SafetensorsFile.open(files.weights()).entries().values()) {
            tensors.put(entry.name(), new CheckpointTensor(entry.type(), entry.shape(), SafetensorsFile.floats(entry)));
        }
        return tensors;
    }

    private void addParameters(Map<String, CheckpointTensor> given) {
        ParameterGroup group = ParameterGroup.named("glimpse").withWeightDecay(options.weightDecay());
        glimpse.shapes().forEach((name, shape) -> {
            CheckpointTensor tensor = given.get(name);
            if (tensor != null && !Arrays.equals(tensor.shape(), shape)) {
                throw new ShapeMismatchException("The tensor '" + name + "' of the module to go on from is "
                        + tensor + ", the module to train has " + Arrays.toString(shape)
                        + "; leave the design out, or the module");
            }
            parameters.add(
                    name, group, tensor == null ? first(name, shape) : Initializer.given(tensor.values()), shape);
        });
    }

    private static Initializer first(String name, long[] shape) {
        if (name.equals("learnable_embeddings")) {
            return Initializer.normal(EMBEDDING_DEVIATION);
        }
        if (shape.length == 2) {
            return Initializer.xavierUniform();
        }
        return name.endsWith("bias") ? Initializer.zeros() : Initializer.ones();
    }

    /** The module's tensors by their names in its file. */
    public TrainableParameters parameters() {
        return parameters;
    }

    /** The names of the figures that progress and curves hold besides the loss. */
    public static List<String> figures() {
        return FIGURES;
    }

    /** Steps that training on so many samples takes; what does not fill a step at the end of the last epoch is left out. */
    public long steps(int samples) {
        return Math.max(1, (long) samples * options.epochs() / options.accumulation());
    }

    /**
     * Trains, from the newest checkpoint in the options' folder if there is one. The folder gets {@code curve.csv} and, at the end,
     * {@code curve.png}.
     *
     * @param samples shuffled anew for each epoch
     */
    public void train(List<GlimpseSample> samples) {
        try (TrainingRun run = start(samples)) {
            run.resume();
            run.run(loss(samples));
        }
        if (options.folder() != null) {
            Path curve = options.folder().resolve("curve.csv");
            CurveChart.draw(curve, options.folder().resolve("curve.png"), "loss", "iou", "recall", "kept", "rate");
        }
    }

    /** The run that {@link #train} makes, for those who go step by step; the caller closes it. */
    public TrainingRun start(List<GlimpseSample> samples) {
        if (samples.isEmpty()) {
            throw new TrainingDataException("There is no sample to train on", null);
        }
        long steps = steps(samples.size());
        TrainingOptions.Builder run = TrainingOptions.builder(
                        steps, RateSchedule.cosine(options.rate(), 0, steps, options.warmUpRatio()))
                .accumulation(options.accumulation())
                .longestGradient(options.longestGradient());
        if (options.folder() != null) {
            run.checkpoints(options.folder(), options.checkpointEvery())
                    .listener(CurveFile.of(options.folder().resolve("curve.csv"), FIGURES.toArray(String[]::new)));
        }
        options.listeners().forEach(run::listener);
        return TrainingRun.of(runtime, parameters, run.build());
    }

    /** The loss of a run's samples; each depends on its number, the seed and the list alone. */
    public LossFunction loss(List<GlimpseSample> samples) {
        Order order = new Order(samples.size(), options.seed());
        return (number, scope, figures) -> {
            SamplePass.Outcome outcome = run(samples, order.index(number), dropout(number), scope);
            GlimpseScores.AtThreshold half = GlimpseScores.of(outcome.logits(), outcome.target(), 0.5);
            figures.add("mask_loss", outcome.mask());
            figures.add("language_loss", outcome.language());
            if (wantsAny(outcome.target())) {
                figures.add("iou", half.intersectionOverUnion());
                figures.add("recall", half.recall());
            }
            figures.add("kept", half.keptRatio());
            return outcome.total();
        };
    }

    private static boolean wantsAny(float[] target) {
        for (float wanted : target) {
            if (wanted > 0) {
                return true;
            }
        }
        return false;
    }

    /** Among thousands of samples one must know which one is wrong. */
    private SamplePass.Outcome run(
            List<GlimpseSample> samples, int index, float @Nullable [] dropout, TensorScope scope) {
        try {
            return pass.run(samples.get(index), dropout, scope);
        } catch (InvalidImageException | PromptTooLongException | UnsupportedContentException e) {
            throw new TrainingDataException(
                    "Sample " + (index + 1) + " of " + samples.size() + ": " + e.getMessage(), e);
        }
    }

    /** A new order for each epoch. */
    private static final class Order {

        private final int size;
        private final long seed;
        private final List<Integer> shuffled = new ArrayList<>();
        private long epoch = -1;

        Order(int size, long seed) {
            this.size = size;
            this.seed = seed;
        }

        int index(long number) {
            if (number / size != epoch) {
                epoch = number / size;
                shuffled.clear();
                for (int i = 0; i < size; i++) {
                    shuffled.add(i);
                }
                Collections.shuffle(shuffled, new Random(seed * 31 + epoch));
            }
            return shuffled.get((int) (number % size));
        }
    }

    private float @Nullable [] dropout(long number) {
        if (options.dropout() == 0 || glimpse.glimpseLength() == 0) {
            return null;
        }
        Random random = new Random(options.seed() * 1_000_003 + number);
        float kept = (float) (1 / (1 - options.dropout()));
        float[] mask =
                new float[Math.toIntExact(parameters.get("learnable_embeddings").size())];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = random.nextDouble() < options.dropout() ? 0 : kept;
        }
        return mask;
    }

    /**
     * Looks at samples without learning from them, to choose a threshold or to report.
     *
     * @throws TrainingDataException if a sample cannot be used, or there is none
     */
    public GlimpseScores evaluate(List<GlimpseSample> samples) {
        if (samples.isEmpty()) {
            throw new TrainingDataException("There is no sample to look at", null);
        }
        GlimpseScores scores = new GlimpseScores();
        for (int i = 0; i < samples.size(); i++) {
            try (TensorScope scope = runtime.openScope()) {
                SamplePass.Outcome outcome = run(samples, i, null, scope);
                scores.add(outcome.logits(), outcome.target(), outcome.mask());
            }
        }
        return scores;
    }

    /**
     * Writes the module as a directory that the strategy {@code glimpse} reads: {@code config.json} and {@code model.safetensors}.
     *
     * @param threshold probability above which a token is kept, chosen on samples that were not trained on
     * @param type F32, or BF16 to halve the file
     */
    public void export(Path directory, double threshold, StoredType type) {
        if (!(threshold >= 0 && threshold < 1)) {
            throw new IllegalArgumentException("The threshold is " + threshold + ", it must lie in 0..1, below 1");
        }
        ObjectNode json = config.deepCopy().put("reduce_threshold", threshold);
        parameters.save(directory.resolve("model.safetensors"), type);
        try {
            String text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
            Files.writeString(directory.resolve("config.json"), text + "\n", StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException("The module cannot be written to '" + directory + "'", e);
        }
    }

    /** Native arrays and scopes that are alive; for leak tests. */
    public int liveResources() {
        return runtime.liveResources();
    }

    @Override
    public void close() {
        pass.close();
        parameters.close();
        glimpse.close();
        model.close();
        runtime.close();
    }
}
