package io.github.glimpse.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model directory in Hugging Face form, checked for completeness: settings, tokenizer, image settings and safetensors
 * weights. Whether they fit each other is for the model's family to say. Immutable, safe for concurrent use.
 */
public final class ModelFiles {

    static final String CONFIG = "config.json";
    static final String TOKENIZER = "tokenizer.json";
    static final String PREPROCESSOR = "preprocessor_config.json";
    static final String PROCESSOR = "processor_config.json";

    static final String VIDEO_PREPROCESSOR = "video_preprocessor_config.json";
    private static final String IMAGE_PROCESSOR_KEY = "image_processor";
    private static final String VIDEO_PROCESSOR_KEY = "video_processor";

    private final Path directory;
    private final ModelConfig config;
    private final List<Path> weightFiles;

    private ModelFiles(Path directory, ModelConfig config, List<Path> weightFiles) {
        this.directory = directory;
        this.config = config;
        this.weightFiles = weightFiles;
    }

    /**
     * Checks a directory and reads its {@code config.json}.
     *
     * @throws ModelFilesException if something is missing: says where it was looked for, what it is and how to get it
     */
    public static ModelFiles ofDirectory(Path directory) {
        return ofDirectory(directory, true);
    }

    /**
     * Like {@link #ofDirectory(Path)}, for a vision tower that was saved alone: there need be no tokenizer.
     *
     * @throws ModelFilesException if something is missing: says where it was looked for, what it is and how to get it
     */
    public static ModelFiles ofTowerDirectory(Path directory) {
        return ofDirectory(directory, false);
    }

    private static ModelFiles ofDirectory(Path directory, boolean readsText) {
        checkDirectory(directory, "model");
        List<String> missing = new ArrayList<>();
        if (!isFile(directory.resolve(CONFIG))) {
            missing.add(CONFIG);
        }
        if (readsText && !isFile(directory.resolve(TOKENIZER))) {
            missing.add(TOKENIZER + tokenizerHint(directory));
        }
        if (!isFile(directory.resolve(PREPROCESSOR)) && !isFile(directory.resolve(PROCESSOR))) {
            missing.add(PREPROCESSOR);
        }
        List<Path> weightFiles = WeightFiles.find(directory, missing);
        if (!missing.isEmpty()) {
            throw new ModelFilesException(
                    "The model directory '" + directory + "' is not complete. Missing: " + String.join("; ", missing));
        }
        return new ModelFiles(directory, ModelConfig.ofFile(directory.resolve(CONFIG)), weightFiles);
    }

    /** The directory. */
    public Path directory() {
        return directory;
    }

    /** The model's settings, {@code config.json}. */
    public ModelConfig config() {
        return config;
    }

    /** The weights: {@code model.safetensors}, or the shards that {@code model.safetensors.index.json} names. All exist. */
    public List<Path> weightFiles() {
        return weightFiles;
    }

    /** The tokenizer, {@code tokenizer.json}. It exists; its content has not been looked at. */
    public Path tokenizer() {
        return directory.resolve(TOKENIZER);
    }

    /**
     * How images are prepared: {@code preprocessor_config.json}, or else the object {@code image_processor} of {@code
     * processor_config.json}, where newer releases of the reference library write it.
     *
     * @throws ModelFilesException if the file is damaged or lacks that object
     */
    public ModelConfig imageSettings() {
        return settings(PREPROCESSOR).orElseGet(() -> ModelConfig.ofFile(directory.resolve(PROCESSOR))
                .at(IMAGE_PROCESSOR_KEY));
    }

    /**
     * How frames of videos are prepared: {@code video_preprocessor_config.json}, or else the object {@code video_processor} of {@code
     * processor_config.json}; older releases have one file for both, that of {@link #imageSettings}.
     *
     * @throws ModelFilesException if the file is damaged or there is none of them
     */
    public ModelConfig videoSettings() {
        return settings(VIDEO_PREPROCESSOR)
                .or(() -> settings(PROCESSOR).flatMap(processor -> processor.optionalAt(VIDEO_PROCESSOR_KEY)))
                .orElseGet(this::imageSettings);
    }

    /**
     * Another settings file of the directory, such as {@code generation_config.json}; nothing if it is not there.
     *
     * @throws ModelFilesException if it is there but holds no JSON object
     * @throws IllegalArgumentException if {@code fileName} is more than a plain name
     */
    public Optional<ModelConfig> settings(String fileName) {
        return optional(fileName).map(ModelConfig::ofFile);
    }

    /**
     * Any JSON file of the directory; nothing if it is not there. Read anew with each call, at most 32 MiB.
     *
     * @throws ModelFilesException if it is there but too large or no valid JSON
     * @throws IllegalArgumentException if {@code fileName} is more than a plain name
     */
    public Optional<JsonNode> json(String fileName) {
        return optional(fileName).map(TextFiles::json);
    }

    /**
     * A text file of the directory, such as {@code chat_template.jinja}; nothing if it is not there. At most 32 MiB.
     *
     * @throws ModelFilesException if it is there but too large or no UTF-8
     * @throws IllegalArgumentException if {@code fileName} is more than a plain name
     */
    public Optional<String> text(String fileName) {
        return optional(fileName).map(TextFiles::text);
    }

    private Optional<Path> optional(String fileName) {
        if (!TextFiles.isPlainName(fileName)) {
            throw new IllegalArgumentException("'" + fileName + "' is no plain file name");
        }
        Path file = directory.resolve(fileName);
        return isFile(file) ? Optional.of(file) : Optional.empty();
    }

    /** Refuses a directory that is not there. */
    static void checkDirectory(Path directory, String what) {
        if (!Files.isDirectory(directory)) {
            String state = Files.exists(directory) ? "is a file" : "does not exist";
            throw new ModelFilesException("The " + what + " directory '" + directory + "' " + state
                    + "; give the directory that holds " + CONFIG);
        }
    }

    /**
     * Whether a file is there.
     *
     * @throws ModelFilesException if it is a link to nowhere, as in a cache that was copied in part
     */
    static boolean isFile(Path file) {
        if (Files.isRegularFile(file)) {
            return true;
        }
        if (Files.isSymbolicLink(file)) {
            throw new ModelFilesException("'" + file + "' is a link to a file that does not exist; a download cache was"
                    + " copied without its 'blobs' or not finished: download the model again");
        }
        return false;
    }

    private static String tokenizerHint(Path directory) {
        boolean other = isFile(directory.resolve("tokenizer.model")) || isFile(directory.resolve("vocab.json"));
        return other
                ? " (make it once in Python: transformers.AutoTokenizer.from_pretrained(path).save_pretrained(path))"
                : "";
    }
}
