package io.github.glimpse.spring.autoconfigure;

import io.github.glimpse.chat.GlimpseChatLogger;
import io.github.glimpse.chat.StructuredOptions;
import io.github.glimpse.chat.ToolOptions;
import io.github.glimpse.chat.ToolOverflow;
import io.github.glimpse.chat.ToolsMode;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.documents.PdfIsolation;
import io.github.glimpse.embedding.GlimpseScoringModel;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.generate.PrefixCacheOptions;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.request.ImageUrlOptions;
import io.github.glimpse.spring.openai.OpenAiOptions;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * The {@code glimpse.*} properties. What is unset is left to the library, whose defaults the metadata repeats.
 *
 * @param model What is loaded.
 * @param embeddingModel The model that makes vectors of pictures and texts.
 * @param scoringModel The model that tells how well texts fit a picture.
 * @param load When the model is loaded: eager at the start, background beside it, lazy by the first request.
 * @param warmUp Whether the model answers a short text at the start, so that the first request does not wait for cold memory.
 * @param device Where it runs: auto (a GPU if libtorch can use one), cpu, cuda or cuda:N.
 * @param dtype Type that the model computes in; auto goes by the device and the stored type.
 * @param weights How the weights of linear layers lie in memory.
 * @param int8 Weights of 8 bits.
 * @param nativeLibrary The PyTorch library.
 * @param threads Threads of one native operation, for the whole JVM, at most 1024; unset takes the number of physical cores, or of the processors that the container leaves, if fewer.
 * @param profiles Own pruning profiles by name, each with the keys of glimpse.pruning; one may name another by its key profile.
 * @param pruning Which image tokens stay, for requests that do not say otherwise.
 * @param generation How answers are made, for requests that do not say otherwise.
 * @param serving How many requests run together, and what they may take.
 * @param concurrency How many requests wait.
 * @param limits What is refused.
 * @param images How pictures are prepared and fetched.
 * @param video What videos may cost, and which frames are looked at.
 * @param tools What becomes of tools.
 * @param thinking Thoughts of models that reason before they answer.
 * @param structured How answers are kept to a form: JSON, choices, patterns.
 * @param cache What is remembered of pictures.
 * @param logging What is logged of requests.
 * @param observability What is measured.
 * @param web What errors are to HTTP.
 * @param openai The endpoint for clients of OpenAI's API, in an application with Spring MVC.
 * @param rag Documents that AI services answer from.
 */
@Validated
@ConfigurationProperties(GlimpseProperties.PREFIX)
public record GlimpseProperties(
        @Valid @DefaultValue Model model,
        @Valid @DefaultValue EmbeddingModel embeddingModel,
        @Valid @DefaultValue ScoringModel scoringModel,
        @DefaultValue("eager") Load load,
        @DefaultValue("true") Boolean warmUp,

        @Pattern(regexp = "(?i)\\s*|auto|cpu|cuda(:[0-9]{1,3})?", message = "must be auto, cpu, cuda or cuda:N")
        @Nullable
        String device,

        @Nullable ComputeType dtype,
        @Nullable WeightFormat weights,
        @Valid @DefaultValue Int8 int8,
        @Name("native") @DefaultValue NativeLibrary nativeLibrary,
        @Min(1) @Max(RuntimeOptions.MAX_THREADS) @Nullable Integer threads,
        @Valid @DefaultValue Pruning pruning,
        @DefaultValue Map<String, @Valid Pruning> profiles,
        @Valid @DefaultValue Generation generation,
        @Valid @DefaultValue Serving serving,
        @Valid @DefaultValue Concurrency concurrency,
        @Valid @DefaultValue Limits limits,
        @Valid @DefaultValue Images images,
        @Valid @DefaultValue Video video,
        @Valid @DefaultValue Tools tools,
        @Valid @DefaultValue Thinking thinking,
        @Valid @DefaultValue Structured structured,
        @Valid @DefaultValue Cache cache,
        @DefaultValue Logging logging,
        @DefaultValue Observability observability,
        @Valid @DefaultValue Web web,
        @Valid @DefaultValue OpenAi openai,
        @Valid @DefaultValue Rag rag) {

    static final String PREFIX = "glimpse";

    /** When the model is loaded. */
    public enum Load {
        EAGER,
        BACKGROUND,
        LAZY
    }

    /** The types that a model can compute in. */
    public enum ComputeType {
        AUTO,
        FLOAT32,
        BFLOAT16,
        FLOAT16
    }

    /**
     * What is loaded.
     *
     * @param location Model in Hugging Face form: a path, a file: URL, a classpath: folder or hf:owner/name[@revision]; embedded, or unset, takes the embedded tiny model, which is for trying, teaching and tests.
     * @param name Name of the model in requests and answers; unset takes the directory's.
     * @param family Name of the model family; auto goes by the model's config.json.
     * @param pruningModule Glimpse module made for this model: a path, a file: URL, a classpath: folder or hf:owner/name[@revision]; unset takes that of the embedded model where it is asked, else none.
     * @param verifyChecksums Whether what is downloaded from the hub is compared with its check sums.
     */
    public record Model(
            @Nullable String location,
            @Nullable String name,
            @Nullable String family,
            @Nullable String pruningModule,
            @DefaultValue("true") Boolean verifyChecksums) {}

    /**
     * The model that makes vectors. Device, compute type, limits of pictures and of requests are those of {@code glimpse.*}.
     *
     * @param enabled Whether there are beans glimpseEmbeddingEngine and glimpseEmbeddingModel, which load a model of their own at the start.
     * @param location CLIP or SigLIP model in Hugging Face form: a path, a file: URL, a classpath: folder or hf:owner/name[@revision].
     * @param name Name of the model in answers; unset takes the directory's.
     * @param batchSize Pictures that go through the model together.
     * @param maxInputs Most pictures and texts of a request; an ingestion of more texts is made of several.
     * @param pruning Which patches of pictures stay, by strategies at tower k or vision; a retention-ratio alone goes by cls-attention, or by received-attention where there is no class row. Vectors of one index should be made with one setting.
     */
    public record EmbeddingModel(
            @DefaultValue("false") Boolean enabled,
            @Nullable String location,
            @Nullable String name,
            @Min(1) @Nullable Integer batchSize,
            @Min(1) @Nullable Integer maxInputs,
            @Valid @DefaultValue Pruning pruning) {}

    /**
     * The model that scores. Device, compute type, limits of pictures and of requests are those of {@code glimpse.*}.
     *
     * @param enabled Whether there are beans glimpseScoringEngine and glimpseScoringModel, which load a model of their own at the start.
     * @param location BLIP model for image-text retrieval in Hugging Face form: a path, a file: URL, a classpath: folder or hf:owner/name[@revision].
     * @param name Name of the model in messages and meters; unset takes the directory's.
     * @param score What a score is: match, the probability that the text fits, or similarity, the cosine of both encoded apart.
     * @param firstToken First token of a text: cls as the library of the reference, or enc as the original training.
     * @param maxTexts Most texts of a picture in one request.
     * @param pruning Which patches of pictures stay.
     */
    public record ScoringModel(
            @DefaultValue("false") Boolean enabled,
            @Nullable String location,
            @Nullable String name,
            @DefaultValue("match") GlimpseScoringModel.Score score,
            @Nullable FirstToken firstToken,
            @Min(1) @Nullable Integer maxTexts,
            @Valid @DefaultValue Pruning pruning) {}

    /**
     * Weights of 8 bits: how far they may change the model, by drawn pictures that are answered when it is loaded, before log and health warn.
     *
     * @param maxLayerError Largest error of a layer's rows against 16 bits, as a share of their length.
     * @param minOverlap Least overlap of the image tokens that stay with those in 16 bits, from 0 to 1.
     */
    public record Int8(
            @DecimalMin("0") @Nullable Double maxLayerError,
            @DecimalMin("0") @DecimalMax("1") @Nullable Double minOverlap) {}

    /**
     * The PyTorch library.
     *
     * @param download Whether DJL may download a native library that is not on the class path.
     * @param path Folder of a libtorch of one's own, such as site-packages/torch of a Python environment; its version and whether it is for CUDA are read from it.
     */
    public record NativeLibrary(
            @DefaultValue("false") Boolean download,
            @Nullable Path path) {}

    /**
     * Which image tokens stay. Retention is kept / all image tokens.
     *
     * @param profile Settings by name for what is not set here: careful, balanced, bold, off, auto or one of glimpse.profiles.
     * @param enabled Whether image tokens are pruned at all.
     * @param strategy Name of the strategy: glimpse, none, another of the library's or one of your own; unset is glimpse if the model has a module, else none.
     * @param retentionRatio Share of all image tokens, above 0 and at most 1, that strategies other than glimpse keep; most of them need it.
     * @param maxRetentionRatio Most image tokens that stay, as a share above 0 and at most 1 of all; unset goes by the module.
     * @param minTokens Least image tokens that stay, 0 for no floor; unset goes by the module, else 1.
     * @param threshold Probability from 0 to 1 above which a token stays; unset goes by the module, else 0.5.
     * @param anchors Corners that always stay: tl, tr, bl, br; unset goes by the module.
     * @param schedule Cuts in order, each with the keys at, strategy, retention-ratio, threshold, max-retention-ratio, min-tokens,
     *     anchors and options; empty is one cut by the strategy at its own point.
     * @param options Own options of the strategy, such as seed of random; steps of a schedule have theirs.
     * @param kv What a cut does to keys and values of the layers that have run: uniform cuts them too, ragged leaves them.
     * @param positions Position ids of what stays: original, or renumber, which counts anew at each cut and needs plain positions.
     * @param guard What happens to choices of tokens that are not sure of themselves.
     * @param canaryRatio Share of pruned answers, from 0 to 1, that are made once more without pruning while nothing else runs, to
     *     measure how often both agree.
     */
    public record Pruning(
            @Nullable String profile,
            @Nullable Boolean enabled,
            @Nullable String strategy,

            @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable
            Double retentionRatio,

            @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable
            Double maxRetentionRatio,

            @Min(0) @Nullable Integer minTokens,
            @DecimalMin("0") @DecimalMax("1") @Nullable Double threshold,

            @Nullable List<@Pattern(regexp = "(?i)tl|tr|bl|br", message = "must be tl, tr, bl or br") String> anchors,

            @DefaultValue List<@Valid Step> schedule,
            @Nullable Map<String, String> options,
            @Nullable KvForm kv,
            @Nullable PositionForm positions,
            @Valid @DefaultValue Guard guard,
            @DecimalMin("0") @DecimalMax("1") @Nullable Double canaryRatio) {

        /** Copies the lists and the map. */
        public Pruning {
            anchors = anchors == null ? null : List.copyOf(anchors);
            schedule = List.copyOf(schedule);
            options = options == null ? null : StrategyKeys.first(options);
        }
    }

    /**
     * What happens to choices of tokens that are not sure of themselves.
     *
     * @param enabled Whether the guard acts; unset goes by the profile, else it is off.
     * @param widenBelow More tokens are kept if the confidence is below this, from 0 to 1.
     * @param skipBelow Nothing is cut if the confidence is below this even then, from 0 to 1 and not above widen-below.
     */
    public record Guard(
            @Nullable Boolean enabled,
            @DecimalMin("0") @DecimalMax("1") @Nullable Double widenBelow,
            @DecimalMin("0") @DecimalMax("1") @Nullable Double skipBelow) {}

    /**
     * One cut of the schedule. What is unset is taken from {@code glimpse.pruning.*}, then from the strategy.
     *
     * @param at Pixels, tower k (after k blocks of the vision tower), vision, layer k (after k layers), layer last or a share of the depth such as 66 %; unset is the strategy's own point.
     * @param strategy Name of the strategy.
     * @param retentionRatio Share of all image tokens, above 0 and at most 1, that the strategy keeps.
     * @param threshold Probability from 0 to 1 above which a token stays.
     * @param maxRetentionRatio Most tokens that stay, as a share above 0 and at most 1 of those that are there at this cut, for a retention-ratio of all.
     * @param minTokens Least tokens that stay, 0 for no floor.
     * @param anchors Corners that always stay: tl, tr, bl, br.
     * @param options Own options of the strategy.
     */
    public record Step(
            @Pattern(
                    regexp =
                            "(?i)\\s*(pixels|tower\\s+\\d{1,4}|vision|layer\\s+(\\d{1,4}|last)|\\d{1,3}(\\.\\d+)?\\s*%)\\s*",
                    message = "must be 'pixels', 'tower k', 'vision', 'layer k', 'layer last' or a share of the depth"
                            + " such as '66 %'")
            @Nullable
            String at,

            @NotBlank String strategy,

            @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable
            Double retentionRatio,

            @DecimalMin("0") @DecimalMax("1") @Nullable Double threshold,

            @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable
            Double maxRetentionRatio,

            @Min(0) @Nullable Integer minTokens,
            @Nullable List<@Pattern(regexp = "(?i)tl|tr|bl|br", message = "must be tl, tr, bl or br") String> anchors,
            @Nullable Map<String, String> options) {

        /** Copies the list and the map. */
        public Step {
            anchors = anchors == null ? null : List.copyOf(anchors);
            options = options == null ? null : StrategyKeys.first(options);
        }
    }

    /**
     * How answers are made.
     *
     * @param temperature 0 takes the likeliest token; above 0 samples.
     * @param topP Sample among the likeliest tokens whose probabilities sum to this share; 1 is all.
     * @param topK Sample among this many likeliest tokens; unset or 0 is all.
     * @param minP Drop tokens less likely than this share of the likeliest; unset is off.
     * @param seed Makes sampling repeatable; unset takes a new seed for each request.
     * @param repetitionPenalty Above 1 makes tokens of prompt and answer less likely; 1 is off.
     * @param presencePenalty Subtracted from the score of each token that the answer has, from -2 to 2.
     * @param frequencyPenalty Subtracted from a token's score per occurrence in the answer, from -2 to 2.
     * @param maxOutputTokens Most tokens of an answer; BLIP takes 20 if this is unset.
     * @param minOutputTokens Tokens before which no end-of-turn token is chosen; a stop text ends the answer all the same.
     * @param beams Beginnings that are written side by side, of which the best whole is taken; 1 is off. BLIP only, and without
     *     sampling and penalties.
     * @param lengthPenalty Power of the length by which the score of a beam is divided; above 0 favours long answers. BLIP only.
     * @param firstToken First token of a question: cls as the library of the reference, or enc as the original training; BLIP only.
     * @param lookup Most tokens that are guessed at once, at most 15, by what prompt and answer have said before, and checked in one step; the answer stays the same. 0
     *     is off. Greedy answers only.
     * @param stop Texts that end the answer and are not part of it; they count in free text, not where a schema, a choice or a regular expression says how it ends.
     * @param systemMessage System message of requests that have none: a text, or a text file as a classpath: or file: location.
     */
    public record Generation(
            @DecimalMin("0") @DecimalMax("100") @Nullable Double temperature,

            @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable
            Double topP,

            @Min(0) @Nullable Integer topK,
            @DecimalMin("0") @DecimalMax("1") @Nullable Double minP,
            @Nullable Long seed,
            @DecimalMin("0.01") @DecimalMax("100") @Nullable Double repetitionPenalty,
            @DecimalMin("-2") @DecimalMax("2") @Nullable Double presencePenalty,
            @DecimalMin("-2") @DecimalMax("2") @Nullable Double frequencyPenalty,
            @Min(1) @Nullable Integer maxOutputTokens,
            @Min(0) @Nullable Integer minOutputTokens,
            @Min(1) @Max(64) @Nullable Integer beams,
            @DecimalMin("-100") @DecimalMax("100") @Nullable Double lengthPenalty,
            @Nullable FirstToken firstToken,
            @Min(0) @Max(15) @Nullable Integer lookup,
            @Nullable List<@NotEmpty String> stop,
            @Nullable String systemMessage) {

        /** Copies the list. */
        public Generation {
            stop = stop == null ? null : List.copyOf(stop);
        }
    }

    /**
     * How many requests run together, and what they may take.
     *
     * @param maxRunning Requests that run at once; vectors of pictures and texts are made for one at a time unless this is set.
     * @param prefillShare Share of the time, 0 to 0.9, that a prompt gets while answers wait for their next token; several
     *     prompts that wait get more by the square of their number, up to 0.9.
     * @param sliceRows Rows of a prompt that run through a layer between two tokens of other answers, a multiple of 512; unset is 512, and 4,096 on a GPU.
     * @param memoryBudget Native memory for running requests and what is remembered; unset is what the machine has left when the model is loaded.
     */
    public record Serving(
            @Min(1) @Nullable Integer maxRunning,
            @DecimalMin("0") @DecimalMax("0.9") @Nullable Double prefillShare,
            @Min(512) @Nullable Integer sliceRows,
            @Nullable DataSize memoryBudget) {}

    /**
     * How many requests wait.
     *
     * @param maxQueued Requests that may wait; a further one is refused.
     */
    public record Concurrency(@Min(0) @Nullable Integer maxQueued) {}

    /**
     * What is refused.
     *
     * @param timeout Longest time of a request, waiting included; at most 365 days.
     * @param maxImages Most pictures and videos of a request.
     * @param maxImageSize Largest picture file.
     * @param maxImagePixels Largest picture: width times height as stored in the file.
     * @param minPixels Least pixels of a resized picture, for families with a pixel budget; unset is the model's own.
     * @param maxPixels Most pixels of a resized picture, for families with a pixel budget; unset is the model's own.
     * @param maxInputTokens Most tokens of a prompt before pruning, image tokens included; unset is the model's context.
     */
    public record Limits(
            @DurationMin(nanos = 1, message = "must be positive")
            @DurationMax(days = 365, message = "must be at most 365 days")
            @Nullable
            Duration timeout,

            @Min(1) @Nullable Integer maxImages,
            @Nullable DataSize maxImageSize,
            @Min(1) @Max(500_000_000) @Nullable Long maxImagePixels,
            @Min(1) @Nullable Integer minPixels,
            @Min(1) @Nullable Integer maxPixels,
            @Min(1) @Nullable Integer maxInputTokens) {}

    /**
     * What videos may cost, and which frames are looked at.
     *
     * @param maxSize Longest video file, and most bytes of all frames of a video together.
     * @param maxFrames Most frames of a video, given or taken of a file.
     * @param maxPixels Most pixels of all frames of a video together, as they are sent.
     * @param framesPerSecond Frames that are taken of a second of a video file; unset is the model's own number.
     * @param minFrames Least frames that are taken of a video file that has as many; unset is the model's own number.
     * @param capPixels Whether frames of long videos get less pixels than the model's files say, as by the tool of its authors; Qwen only.
     */
    public record Video(
            @Nullable DataSize maxSize,
            @Min(1) @Nullable Integer maxFrames,
            @Min(1) @Nullable Long maxPixels,
            @Nullable Double framesPerSecond,
            @Min(1) @Nullable Integer minFrames,
            @DefaultValue("false") Boolean capPixels) {}

    /**
     * How pictures are prepared and fetched.
     *
     * @param transparency What lies behind transparent pictures: white, or drop to take the colours as they are stored.
     * @param aspect How a family with square pictures treats others; auto is padding in LLaVA-1.5.
     * @param history What becomes of earlier pictures and messages of a conversation above the limits, and of earlier pictures that cannot be read.
     * @param urlAccess Which hosts are asked for pictures that a message names by http or https URL.
     * @param allowedHosts Hosts that are asked for pictures: host, *.host or host:port; an exact host may be at a private address.
     * @param connectTimeout Longest wait for one connection to a picture's host.
     * @param readTimeout Longest time to fetch a picture by URL, from the first look-up to its last byte.
     * @param sslBundle Name of the SSL bundle for pictures by https URL, below spring.ssl.bundle; unset is the JVM's own trust.
     */
    public record Images(
            @Nullable Transparency transparency,
            @Nullable ImageAspect aspect,
            @Nullable HistoryMode history,
            ImageUrlOptions.@Nullable Access urlAccess,
            @Nullable List<String> allowedHosts,

            @DurationMin(nanos = 1, message = "must be positive")
            @DurationMax(hours = 1, message = "must be at most 1 hour")
            @Nullable
            Duration connectTimeout,

            @DurationMin(nanos = 1, message = "must be positive")
            @DurationMax(hours = 1, message = "must be at most 1 hour")
            @Nullable
            Duration readTimeout,

            @Nullable String sslBundle) {

        /** Copies the list. */
        public Images {
            allowedHosts = allowedHosts == null ? null : List.copyOf(allowedHosts);
        }
    }

    /**
     * What becomes of tools.
     *
     * @param mode How tools come into the prompt, or whether they are left out or refused.
     * @param constrained Whether a mask sees to it that each call is whole, names a tool and fits its parameters.
     * @param parallel Whether one answer may hold several calls.
     * @param maxCalls Most calls that a message of the user may lead to, and that one answer may hold.
     * @param profile Pruning profile of turns that may call a tool, for requests that say nothing of pruning.
     * @param imageBudget Most image tokens of all pictures together, before pruning, where tools may be called or were; earlier
     *     pictures get less, the newest all it needs.
     * @param leastConfidence Confidence below which a call is not handed out, but answered again with less pruning.
     * @param zoom Whether AI services get the tool zoom, which shows a part of a picture at full resolution.
     * @param format Format in which calls are read; auto is the one that the chat template writes.
     * @param overflow Tools that do not fit the context beside the request: refuse answers with an error that names them and their sizes, drop-largest leaves out the largest.
     */
    public record Tools(
            @Nullable ToolsMode mode,
            @Nullable Boolean constrained,
            @Nullable Boolean parallel,
            @Nullable @Min(1) @Max(ToolOptions.MOST_CALLS) Integer maxCalls,
            @Nullable String profile,
            @Nullable @Min(1) Integer imageBudget,
            @Nullable @DecimalMin("0") @DecimalMax("1") Double leastConfidence,
            @DefaultValue("false") Boolean zoom,
            @DefaultValue("auto") String format,
            @DefaultValue("refuse") ToolOverflow overflow) {}

    /**
     * Thoughts of models that reason before they answer.
     *
     * @param enabled Switch of thinking: on, off, or an effort such as low, medium or high, mapped to the variable that the model's chat template reads. Unset is the
     *     template's default. A model whose template reads none is not loaded.
     * @param budget Most tokens of a thought; then its closing tag is forced and the answer begins. 0 is as switched off. Unset is no
     *     limit.
     * @param returned Whether answers carry the thought, apart from the text. If not, it is dropped.
     * @param send Whether thoughts of earlier answers are given to the chat template, which decides.
     */
    public record Thinking(
            @Nullable String enabled,
            @Min(0) @Nullable Integer budget,
            @Name("return") @DefaultValue("true") Boolean returned,
            @DefaultValue("true") Boolean send) {}

    /**
     * Documents that AI services answer from.
     *
     * @param documents Folder of PDF files and pictures. With it, AI services see the pages that fit a question.
     * @param index File that holds the index of the documents; by default beside their folder, with .index behind its name.
     * @param maxPages Most pages that are shown for a question.
     * @param maxResults Most pages that are found for a question, and told by the tool search_pages.
     * @param dotsPerInch Dots per inch of pages of PDF files as pictures.
     * @param readScans Whether the chat model transcribes pages without a text layer once, when they are indexed, so that questions find them. Unset: by Glimpse's chat model unless that is the embedded one. A bean of type PageReader replaces it.
     * @param tools Whether AI services get the tools search_pages and open_page.
     * @param pdf How PDF files are read.
     */
    public record Rag(
            @Nullable Path documents,
            @Nullable Path index,
            @DefaultValue("3") @Min(1) Integer maxPages,
            @DefaultValue("5") @Min(1) Integer maxResults,
            @DefaultValue("144") @Min(18) @Max(1200) Integer dotsPerInch,
            @Nullable Boolean readScans,
            @DefaultValue("false") Boolean tools,
            @Valid @DefaultValue Pdf pdf) {}

    /**
     * How PDF files are read.
     *
     * @param isolation Where PDF files are read: in a process beside the application, which can be killed, or, for files that you trust, on a thread of the application.
     * @param maxMemory Heap of each process that reads PDF files, of which there are at most four.
     */
    public record Pdf(
            @Nullable PdfIsolation isolation, @Nullable DataSize maxMemory) {}

    /**
     * How answers are kept to a form: JSON, choices, patterns.
     *
     * @param style What is said of properties that a JSON schema does not list.
     * @param describe Whether the prompt tells the model of the JSON schema.
     * @param closeBeforeLimit Whether an answer is closed where the limit of output tokens comes near, instead of being cut.
     * @param maxSchemaSize Most characters of a JSON schema.
     * @param integerDigits Most digits of an integer without bounds; 18 always fit into a long.
     * @param javaShapes Whether dates, times and UUIDs of Java types are known, and kept to what Java can read.
     */
    public record Structured(
            StructuredOptions.@Nullable Style style,
            StructuredOptions.@Nullable Describe describe,
            @Nullable Boolean closeBeforeLimit,
            @Min(1) @Nullable Integer maxSchemaSize,

            @Min(1) @Max(JsonStyle.MOST_INTEGER_DIGITS) @Nullable
            Integer integerDigits,

            @Nullable Boolean javaShapes) {}

    /**
     * What is remembered.
     *
     * @param visionFeatures What the vision tower made of pictures.
     * @param prefix First layers of prompts.
     */
    public record Cache(
            @Valid @DefaultValue VisionFeatures visionFeatures,
            @Valid @DefaultValue Prefix prefix) {}

    /**
     * What the vision tower made of pictures.
     *
     * @param enabled Whether pictures are remembered, so that a second question about one does not look at it again.
     * @param maxSize Most native memory for remembered pictures; the longest unused go first.
     * @param ttl How long a picture is remembered after its last use, at most 365 days; a number alone is in seconds.
     */
    public record VisionFeatures(
            @DefaultValue("true") Boolean enabled,
            @Nullable DataSize maxSize,

            @DurationUnit(ChronoUnit.SECONDS)
            @DurationMin(nanos = 1, message = "must be positive")
            @DurationMax(days = 365, message = "must be at most 365 days")
            @Nullable
            Duration ttl) {}

    /**
     * First layers of prompts.
     *
     * @param enabled Whether first layers of prompts are remembered, so that another question about the same pictures, or the next one of a chat, computes its own rows only.
     * @param maxSize Most native memory for remembered prompts; the longest unused go first.
     * @param ttl How long a prompt is remembered after its last use, at most 365 days; a number alone is in seconds.
     * @param scope Which requests share cached prompts and images. session: prompts by session, images by API key of the OpenAI endpoint or by the cache scope that a request names, with one scope for all that name none. application: all requests share both.
     */
    public record Prefix(
            @DefaultValue("true") Boolean enabled,
            @Nullable DataSize maxSize,

            @DurationUnit(ChronoUnit.SECONDS)
            @DurationMin(nanos = 1, message = "must be positive")
            @DurationMax(days = 365, message = "must be at most 365 days")
            @Nullable
            Duration ttl,

            PrefixCacheOptions.@Nullable Scope scope) {}

    /**
     * What is logged of requests, at INFO.
     *
     * @param requests Whether messages and parameters are logged, of pictures only type and size.
     * @param responses Whether answers, token usage and errors are logged.
     * @param pruning Whether a line per answer tells the kept image tokens and the time by stage.
     */
    public record Logging(
            @DefaultValue("false") Boolean requests,
            @DefaultValue("false") Boolean responses,
            @DefaultValue("false") Boolean pruning) {

        Set<GlimpseChatLogger.Topic> topics() {
            Set<GlimpseChatLogger.Topic> topics = EnumSet.noneOf(GlimpseChatLogger.Topic.class);
            if (requests) {
                topics.add(GlimpseChatLogger.Topic.REQUESTS);
            }
            if (responses) {
                topics.add(GlimpseChatLogger.Topic.RESPONSES);
            }
            if (pruning) {
                topics.add(GlimpseChatLogger.Topic.PRUNING);
            }
            return topics;
        }
    }

    /**
     * What is measured.
     *
     * @param meters Whether requests are measured where the application has a Micrometer registry.
     * @param observations Whether requests are observed, and so traced, where the application has an observation registry.
     * @param stages Whether the stages of observed requests are observed too.
     */
    public record Observability(
            @DefaultValue("true") Boolean meters,
            @DefaultValue("true") Boolean observations,
            @DefaultValue("true") Boolean stages) {}

    /**
     * What errors are to HTTP.
     *
     * @param problemDetails Answers of Spring MVC to requests that Glimpse refused or could not finish.
     */
    public record Web(@Valid @DefaultValue ProblemDetails problemDetails) {}

    /**
     * Answers of Spring MVC to requests that Glimpse refused or could not finish.
     *
     * @param enabled Whether errors of Glimpse that no handler of the application takes are answered by their status (400, 413, 429, 503, 504) and a problem, application/problem+json, instead of 500.
     * @param retryAfter When a caller that met a shutdown is told to try again, 1 second to 1 day. With a full queue it is when there will be room, by what answers take.
     */
    public record ProblemDetails(
            @DefaultValue("true") Boolean enabled,

            @DurationMin(seconds = 1, message = "must be at least 1 second")
            @DurationMax(days = 1, message = "must be at most 1 day")
            @DefaultValue("5s")
            Duration retryAfter) {}

    /**
     * The endpoint for clients of OpenAI's API: /v1/models, /v1/chat/completions, /v1/responses, /v1/embeddings, /health.
     *
     * @param enabled Whether the endpoint is there.
     * @param apiKeys Keys of which a request has to bring one, as Authorization: Bearer; without any only this machine may reach the server, else it does not start.
     * @param externalSecurity Whether the application itself lets in only whom it knows, so that the endpoint may go without keys beyond this machine.
     * @param allowedHosts Names that the server is called by, beside localhost, 127.0.0.1 and [::1]; a star is any.
     * @param allowedOrigins Origins of pages elsewhere that may call it, such as https://app.example.org.
     * @param maxBody Largest body of a request, pictures in base64 included; at least 1KB.
     * @param bodyTimeout Longest time to read a body, 100 milliseconds to 1 hour.
     * @param minBodyRate Least bytes a second, on average after 5 seconds, at which a body has to arrive; 0 for none.
     * @param maxBodyMemory Most bytes of the bodies of all requests in progress; one client, a key or an address, holds at most half of it, which is also the largest body. Requests beyond are answered by 429 or 503, most of them before their bodies are read. Unset takes an eighth of the largest Java heap.
     * @param maxConcurrentBodies Bodies that are read at once, 1 to 1000; further requests are answered by 503. Each takes a thread of the server.
     * @param maxConcurrentBodiesPerClient Bodies of one client that are read at once: of one key or, without keys, one address; further requests are answered by 429.
     * @param maxOutputTokens Most tokens of an answer that a request may ask for by max_tokens, max_completion_tokens or max_output_tokens; more is refused by 400. Unset leaves the model's context and glimpse.limits.timeout as limits. Requests that name none have glimpse.generation.max-output-tokens.
     * @param maxRequestsPerKey Requests with one key that run or wait at once.
     * @param keepAlive After how long a silence, 100 milliseconds to 1 hour, a stream gets a comment; a client that went away is noticed by the next word or comment.
     * @param history Conversations beyond the limits of the model, such as its context length: refuse answers 400 (context_length_exceeded), trim applies glimpse.images.history.
     */
    public record OpenAi(
            @DefaultValue("false") Boolean enabled,
            @DefaultValue List<String> apiKeys,
            @DefaultValue("false") Boolean externalSecurity,
            @DefaultValue List<String> allowedHosts,
            @DefaultValue List<String> allowedOrigins,
            @DefaultValue("32MB") DataSize maxBody,

            @DurationMin(millis = 100, message = "must be at least 100 milliseconds")
            @DurationMax(hours = 1, message = "must be at most 1 hour")
            @DefaultValue("30s")
            Duration bodyTimeout,

            @DefaultValue("8KB") DataSize minBodyRate,
            @Nullable DataSize maxBodyMemory,
            @Min(1) @Max(1000) @DefaultValue("32") Integer maxConcurrentBodies,
            @Min(1) @DefaultValue("16") Integer maxConcurrentBodiesPerClient,
            @Min(1) @Nullable Integer maxOutputTokens,
            @Min(1) @DefaultValue("2") Integer maxRequestsPerKey,

            @DurationMin(millis = 100, message = "must be at least 100 milliseconds")
            @DurationMax(hours = 1, message = "must be at most 1 hour")
            @DefaultValue("10s")
            Duration keepAlive,

            @DefaultValue("refuse") OpenAiOptions.History history) {

        /** Copies the lists. */
        public OpenAi {
            apiKeys = List.copyOf(apiKeys);
            allowedHosts = List.copyOf(allowedHosts);
            allowedOrigins = List.copyOf(allowedOrigins);
        }

        /** Without the keys. */
        @Override
        public String toString() {
            return "OpenAi[enabled=" + enabled + ", apiKeys=" + apiKeys.size() + "]";
        }
    }
}
