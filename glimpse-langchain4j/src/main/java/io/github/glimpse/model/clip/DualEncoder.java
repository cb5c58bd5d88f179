package io.github.glimpse.model.clip;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.Numerics;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.text.TokenWatch;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model that makes vectors of pictures and of texts in one space: CLIP, or SigLIP of fixed size. Owns the native memory of its
 * weights until it is closed. Safe for concurrent use.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">CLIP</a>
 * @see <a href="https://arxiv.org/abs/2303.15343">SigLIP</a>
 */
public final class DualEncoder implements AutoCloseable {

    private static final String PATCHES = "embeddings.patch_embedding.weight";

    private static final WeightNames POOLING_HEAD =
            WeightNames.of("PoolingHead").one("probe").withBias("q", "k", "v", "out", "norm", "fc1", "fc2");

    private final DualConfig config;
    private final ModelConfig settings;
    private final Weights weights;
    private final ClipPreprocessor preprocessor;
    private final @Nullable DualTokenizer tokenizer;
    private final ClipTower tower;
    private final @Nullable ClipTextTower textTower;
    private final Graph graph;
    private final TensorList imageHead;
    private final TensorList textHead;
    private final NDArray visualProjection;
    private final NDArray noBias;
    private final double scale;
    private final double bias;

    private DualEncoder(Parts parts, TorchRuntime runtime, Weights weights) {
        this.config = parts.config;
        this.settings = parts.settings;
        this.weights = weights;
        this.preprocessor = parts.preprocessor;
        this.tokenizer = parts.tokenizer;
        this.scale = Math.exp(parts.number("logit_scale", 0));
        this.bias = parts.number("logit_bias", 0);
        Deque<AutoCloseable> made = parts.made;
        this.graph = made(
                made,
                Graph.named("dual encoder")
                        .with(DecoderStack.class, "linear")
                        .with(DecoderStack.class, "product")
                        .with(DecoderStack.class, "norms")
                        .with(DecoderStack.class, "attention")
                        .with(DecoderStack.class, "activation")
                        .with(ClipTower.class, "tower", ClipTower.BLOCK)
                        .with(ClipTower.class, "pass")
                        .with(DualEncoder.class, "dual", POOLING_HEAD)
                        .compile(runtime));
        // Newer releases of the reference save a tower alone without the prefix.
        String prefix = weights.has("vision_model." + PATCHES) || !weights.has(PATCHES) ? "vision_model" : "";
        this.tower = made(made, new ClipTower(runtime, weights, prefix, config.vision()));
        tower.requirePostNorm();
        this.noBias = weights.biasOrEmpty("", 0);
        ClipTextConfig text = parts.textConfig();
        this.textTower = text == null ? null : made(made, new ClipTextTower(runtime, weights, "text_model", text));
        boolean clip = config.kind() == DualConfig.Kind.CLIP;
        this.visualProjection = clip
                ? weights.at("visual_projection")
                        .matrix(config.dimension(), config.vision().hidden())
                : noBias;
        this.imageHead = made(made, weights.list(clip ? List.of() : poolingHead(weights.at(prefix + ".head"))));
        this.textHead = made(made, weights.list(text == null ? List.of() : textHead(weights, text)));
        weights.finishLoading();
    }

    private static <T extends AutoCloseable> T made(Deque<AutoCloseable> all, T part) {
        all.push(part);
        return part;
    }

    /** What is known before the weights are read. */
    private static final class Parts {

        private final DualConfig config;
        private final ModelConfig settings;
        private final ClipPreprocessor preprocessor;
        private final @Nullable DualTokenizer tokenizer;
        private final Map<String, TensorEntry> entries;
        /** What was made so far, the last first, for the case that the rest cannot be made. */
        private final Deque<AutoCloseable> made = new ArrayDeque<>();

        Parts(ModelFiles files) {
            this.config = DualConfig.of(files.config());
            this.settings = files.config();
            this.preprocessor = preprocessor(files, config);
            this.entries = SafetensorsIndex.of(files.directory());
            this.tokenizer = config.text() == null
                    ? null
                    : DualTokenizer.load(files, config.text().positions());
        }

        private static ClipPreprocessor preprocessor(ModelFiles files, DualConfig config) {
            ClipConfig vision = config.vision();
            ClipPreprocessorConfig settings = config.kind() == DualConfig.Kind.CLIP
                    ? ClipPreprocessorConfig.from(files.imageSettings().node())
                    : ClipPreprocessorConfig.squashing(files.imageSettings().node(), vision.imageSize());
            return new ClipPreprocessor(settings, vision, ImageAspect.CROP);
        }

        /** The numbers of the text tower; SigLIP's folder may name another token that fills texts up. */
        @Nullable
        ClipTextConfig textConfig() {
            ClipTextConfig text = config.text();
            if (text == null || tokenizer == null || !text.padsTexts()) {
                return text;
            }
            return text.withPadId(tokenizer.padId().orElse(text.padId()));
        }

        /** A single number of the checkpoint; 0-d in some files, one-dimensional in others. */
        double number(String name, double missing) {
            TensorEntry entry = entries.get(name);
            if (entry != null && entry.elementCount() != 1) {
                throw new ModelFilesException("The tensor " + name + " in '" + entry.file() + "' has "
                        + entry.elementCount() + " elements, one is needed; use the file of the model's repository");
            }
            return entry == null ? missing : SafetensorsFile.floats(entry)[0];
        }

        Dtype storedType() {
            return entries.values().stream()
                    .filter(entry ->
                            entry.name().endsWith(PATCHES) && entry.type().isFloatingPoint())
                    .findFirst()
                    .map(entry -> entry.type().dtype())
                    .orElseThrow(() -> new ModelFilesException(
                            "The checkpoint has no tensor '" + PATCHES + "' of type F32, BF16 or F16"));
        }
    }

    /** Whether a model is one of those that are known here. */
    public static boolean accepts(ModelConfig config) {
        return DualConfig.accepts(config);
    }

    /**
     * Loads a model.
     *
     * @param directory in Hugging Face form: a whole CLIP or SigLIP, or a CLIP vision tower with its projection
     * @param runtime stays the caller's to close, after the model
     * @throws io.github.glimpse.GlimpseException if something is missing, damaged, unknown or does not fit
     */
    public static DualEncoder load(Path directory, LoadOptions options, TorchRuntime runtime) {
        if (options.weights() == WeightFormat.INT8) {
            throw new UnsupportedModelException(
                    "Weights of 8 bits are for models that answer, and this one makes vectors;"
                            + " use the weights auto");
        }
        ModelFiles files = filesOf(directory);
        Parts parts = new Parts(files);
        Weights weights = null;
        try {
            weights = Weights.open(
                    runtime,
                    parts.entries,
                    Numerics.dtype(runtime, options.dtype(), parts.storedType()),
                    options.weights());
            return new DualEncoder(parts, runtime, weights);
        } catch (RuntimeException | Error e) {
            free(parts.made, weights, parts.tokenizer);
            throw e;
        }
    }

    private static ModelFiles filesOf(Path directory) {
        Path config = directory.resolve("config.json");
        boolean tower = java.nio.file.Files.isRegularFile(config) && DualConfig.isTower(ModelConfig.ofFile(config));
        return tower ? ModelFiles.ofTowerDirectory(directory) : ModelFiles.ofDirectory(directory);
    }

    private static void free(Deque<AutoCloseable> parts, @Nullable Weights weights, @Nullable DualTokenizer tokenizer) {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException("Native memory could not be freed", e);
            }
        }
        if (weights != null) {
            weights.close();
        }
        if (tokenizer != null) {
            tokenizer.close();
        }
    }

    private List<NDArray> poolingHead(WeightPath head) {
        int width = config.vision().hidden();
        int inner = config.vision().intermediate();
        List<List<NDArray>> stacked =
                head.at("attention").stackedLinear("in_proj_weight", "in_proj_bias", 3, width, width);
        return POOLING_HEAD
                .fill()
                .with("probe", head.plain("probe", 1, 1, width))
                .with("q", stacked.get(0))
                .with("k", stacked.get(1))
                .with("v", stacked.get(2))
                .with("out", head.at("attention.out_proj").linear(width, width))
                .with("norm", head.at("layernorm").norm(width))
                .with("fc1", head.at("mlp.fc1").linear(inner, width))
                .with("fc2", head.at("mlp.fc2").linear(width, inner))
                .tensors();
    }

    private List<NDArray> textHead(Weights weights, ClipTextConfig text) {
        String path = config.kind() == DualConfig.Kind.CLIP ? "text_projection" : "text_model.head";
        return weights.at(path).linear(config.dimension(), text.hidden());
    }

    /** The name of the family: {@code clip} or {@code siglip}. */
    public String family() {
        return config.kind() == DualConfig.Kind.CLIP ? "clip" : "siglip";
    }

    /** Numbers of a vector. */
    public int dimension() {
        return config.dimension();
    }

    /** What likenesses are multiplied with before they are made probabilities. */
    public double logitScale() {
        return scale;
    }

    /** What is added to them then. */
    public double logitBias() {
        return bias;
    }

    /** Whether a pair is judged by itself (SigLIP's sigmoid), and not against the other texts (CLIP's softmax). */
    public boolean judgesPairs() {
        return config.kind() == DualConfig.Kind.SIGLIP;
    }

    /** Whether there is a text tower. */
    public boolean readsText() {
        return textTower != null;
    }

    /** Whether single patches lie in the space of the vectors, so that they can be compared with texts: CLIP, not SigLIP. */
    public boolean placesPatches() {
        return config.kind() == DualConfig.Kind.CLIP;
    }

    /** Its {@code config.json}. */
    public ModelConfig settings() {
        return settings;
    }

    /** How pictures are prepared. */
    public ClipPreprocessor preprocessor() {
        return preprocessor;
    }

    /** The tower for pictures. */
    public ClipTower tower() {
        return tower;
    }

    /** The type that it computes in, and how its weights lie. */
    public Weights weights() {
        return weights;
    }

    /**
     * Ids of a text, cut to what the model takes; special tokens in it are text.
     *
     * @throws UnsupportedContentException if there is no text tower
     */
    public int[] ids(String text) {
        return ids(text, TokenWatch.NONE);
    }

    /**
     * Like {@link #ids(String)}, with somebody who watches and may end it.
     *
     * @param watch called while the text is made into tokens
     */
    public int[] ids(String text, TokenWatch watch) {
        if (tokenizer == null) {
            throw noText();
        }
        return tokenizer.ids(text, watch);
    }

    private static UnsupportedContentException noText() {
        return new UnsupportedContentException(
                "This model is a vision tower alone and makes no vectors of texts; send pictures, or load the whole model");
    }

    /** The tower for texts. */
    ClipTextTower textTower() {
        if (textTower == null) {
            throw noText();
        }
        return textTower;
    }

    /**
     * Vectors of texts, which run as one batch.
     *
     * @return {@code [texts, dimension]}, float32, of length 1, owned by {@code scope}
     * @throws UnsupportedContentException if there is no text tower
     */
    public NDArray textVectors(List<int[]> ids, CancellationPoint cancellation, TensorScope scope) {
        ClipTextTower reader = textTower();
        try (TensorScope step = scope.openChild()) {
            NDArray pooled = reader.pooled(ids, cancellation, step);
            NDArray projected =
                    graph.call("project_head").with(pooled).with(textHead).run(step);
            return unit(projected, scope);
        }
    }

    /**
     * Vectors of pictures that have come through the tower.
     *
     * @return {@code [pictures, dimension]}, float32, of length 1, owned by {@code scope}
     */
    public NDArray imageVectors(TowerPass pass, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            if (config.kind() == DualConfig.Kind.CLIP) {
                NDArray projected = graph.call("project_rows")
                        .with(pass.pooled(step))
                        .with(visualProjection)
                        .with(noBias)
                        .run(step);
                return unit(projected, scope);
            }
            NDArray pooled = graph.call("attention_pool")
                    .with(pass.normedRows(step))
                    .with(imageHead)
                    .with(config.vision().heads())
                    .with(config.vision().activation().label())
                    .with(config.vision().eps())
                    .run(step);
            return unit(pooled, scope);
        }
    }

    /**
     * Vectors of the living patches, as {@code post_layernorm} and projection place them; CLIP only.
     *
     * @return {@code [pictures * patches, dimension]}, float32, of length 1, owned by {@code scope}
     */
    public NDArray patchVectors(TowerPass pass, TensorScope scope) {
        if (!placesPatches()) {
            throw new IllegalStateException("The patches of SigLIP have no vectors of their own");
        }
        try (TensorScope step = scope.openChild()) {
            return graph.call("patch_vectors")
                    .with(pass.normedRows(step))
                    .with(config.vision().layout().classRows())
                    .with(pass.patches())
                    .with(visualProjection)
                    .with(noBias)
                    .run(scope);
        }
    }

    /**
     * The likeness, a cosine, of each living patch to the text that is most like it; CLIP only.
     *
     * @param texts {@code [texts, dimension]}, of length 1
     * @return by picture {@code [patches]}, float32, owned by {@code scope}
     */
    public List<NDArray> likeness(TowerPass pass, NDArray texts, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            NDArray all = graph.call("nearest_text")
                    .with(patchVectors(pass, step))
                    .with(texts)
                    .run(step);
            int patches = pass.patches();
            return IntStream.range(0, pass.pictures())
                    .mapToObj(picture -> tower.rows()
                            .pick(
                                    all,
                                    IntStream.range(picture * patches, (picture + 1) * patches)
                                            .toArray(),
                                    0,
                                    scope))
                    .toList();
        }
    }

    private NDArray unit(NDArray rows, TensorScope scope) {
        return graph.call("unit").with(rows).run(scope);
    }

    @Override
    public void close() {
        textHead.close();
        imageHead.close();
        if (textTower != null) {
            textTower.close();
        }
        tower.close();
        graph.close();
        weights.close();
        if (tokenizer != null) {
            tokenizer.close();
        }
    }
}
