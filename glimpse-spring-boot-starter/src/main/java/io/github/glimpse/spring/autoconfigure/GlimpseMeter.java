package io.github.glimpse.spring.autoconfigure;

import static io.github.glimpse.spring.autoconfigure.GlimpseMeter.Kind.COUNTER;
import static io.github.glimpse.spring.autoconfigure.GlimpseMeter.Kind.GAUGE;
import static io.github.glimpse.spring.autoconfigure.GlimpseMeter.Kind.SUMMARY;
import static io.github.glimpse.spring.autoconfigure.GlimpseMeter.Kind.TIMER;

import java.util.List;
import java.util.Locale;

/** Every meter, with the sentence that the registry and the guide show. */
enum GlimpseMeter {
    IMAGE_TOKENS(
            "glimpse.image.tokens",
            SUMMARY,
            "Image tokens per answered request with pictures, before and after pruning.",
            Tag.MODEL,
            Tag.TASK,
            Tag.STRATEGY,
            Tag.TOKEN_STAGE),
    RETENTION(
            "glimpse.retention",
            SUMMARY,
            "Kept / all image tokens per answered request with pictures, from 0 to 1.",
            Tag.MODEL,
            Tag.TASK,
            Tag.STRATEGY),
    VIDEO_RETENTION(
            "glimpse.video.retention",
            SUMMARY,
            "Kept / all image tokens per video of an answered request, from 0 to 1.",
            Tag.MODEL,
            Tag.TASK,
            Tag.STRATEGY),
    VIDEO_SLICE_TOKENS(
            "glimpse.video.slice.tokens",
            SUMMARY,
            "Image tokens that stayed of a slice, per video of an answered request: the fewest and the most.",
            Tag.MODEL,
            Tag.TASK,
            Tag.STRATEGY,
            Tag.EXTREME),
    VIDEO_SLICES_EMPTIED(
            "glimpse.video.slices.emptied",
            COUNTER,
            "Slices of videos of answered requests of which no image token stayed.",
            Tag.MODEL,
            Tag.TASK,
            Tag.STRATEGY),
    CONFIDENCE(
            "glimpse.confidence",
            SUMMARY,
            "How sure the choice of image tokens was, from 0 to 1, per answer to a question with pictures; strategies that"
                    + " know nothing of the question have none.",
            Tag.MODEL,
            Tag.TASK,
            Tag.STRATEGY),
    LIKELIHOOD(
            "glimpse.answer.likelihood",
            SUMMARY,
            "How likely the model held the least likely token of its answer, from 0 to 1.",
            Tag.MODEL,
            Tag.TASK,
            Tag.STRATEGY),
    CONSTRAINT_MASK(
            "glimpse.constraint.mask",
            TIMER,
            "Time of all masks of an answer that was kept to a form: JSON, a choice, a pattern, calls of tools.",
            Tag.MODEL,
            Tag.TASK),
    CONSTRAINT_REFUSED(
            "glimpse.constraint.refused",
            COUNTER,
            "Requests that were refused for the form of their answer: a schema or pattern that is not understood, not"
                    + " possible or does not fit.",
            Tag.MODEL,
            Tag.TASK),
    TOOL_CALLS(
            "glimpse.tool.calls",
            COUNTER,
            "Calls of tools in answers, and answers to requests whose tools were not offered.",
            Tag.MODEL,
            Tag.TASK,
            Tag.TOOL,
            Tag.TOOL_OUTCOME),
    GUARD(
            "glimpse.guard",
            COUNTER,
            "Answers to questions with pictures that a strategy pruned, by what the guard did.",
            Tag.MODEL,
            Tag.TASK,
            Tag.STRATEGY,
            Tag.ACTION),
    CANARY(
            "glimpse.canary",
            COUNTER,
            "Pruned answers that were to be made once more without pruning, by how that ended.",
            Tag.MODEL,
            Tag.TASK,
            Tag.COMPARISON),
    CANARY_FIRST_TOKEN(
            "glimpse.canary.first.token",
            COUNTER,
            "Pruned answers that were made once more without pruning, by whether the first tokens are equal.",
            Tag.MODEL,
            Tag.TASK,
            Tag.AGREEMENT),
    STAGE_DURATION(
            "glimpse.stage.duration",
            TIMER,
            "Where the time of an answer went; stages that an answer did not go through are left out.",
            Tag.MODEL,
            Tag.TASK,
            Tag.STAGE),
    QUEUE_DEPTH("glimpse.queue.depth", GAUGE, "Requests that wait for a free place.", Tag.MODEL, Tag.TASK),
    REQUESTS_ACTIVE("glimpse.requests.active", GAUGE, "Requests that run.", Tag.MODEL, Tag.TASK),
    DECODE_STEPS(
            "glimpse.decode.steps",
            COUNTER,
            "Steps of decoding: each makes one token, or several where they are guessed, for all requests that wait for one.",
            Tag.MODEL,
            Tag.TASK),
    DECODE_SEQUENCES(
            "glimpse.decode.sequences",
            COUNTER,
            "Answers that took part in these steps, each counted in each: divided by the steps, how many go together.",
            Tag.MODEL,
            Tag.TASK),
    DECODE_TOKENS(
            "glimpse.decode.tokens",
            COUNTER,
            "Tokens of answers that these steps ran, right guesses included: divided by the steps, how many each makes.",
            Tag.MODEL,
            Tag.TASK),
    PREFILL_SLICES(
            "glimpse.prefill.slices",
            COUNTER,
            "Layers, heads among them, that were computed for few rows of prompts, each for all prompts that waited at it.",
            Tag.MODEL,
            Tag.TASK),
    PREFILL_PROMPTS(
            "glimpse.prefill.prompts",
            COUNTER,
            "Prompts that took part in these slices, each counted in each: divided by the slices, how many go together.",
            Tag.MODEL,
            Tag.TASK),
    LOOKUP_TOKENS(
            "glimpse.lookup.tokens",
            COUNTER,
            "Tokens that were guessed for answered requests by glimpse.generation.lookup, by whether the model chose them too.",
            Tag.MODEL,
            Tag.TASK,
            Tag.GUESS),
    REQUESTS(
            "glimpse.requests",
            COUNTER,
            "Requests by the one way in which each ended, cancelled streams included.",
            Tag.MODEL,
            Tag.TASK,
            Tag.OUTCOME),
    REQUESTS_REJECTED(
            "glimpse.requests.rejected",
            COUNTER,
            "Requests that were refused, by reason.",
            Tag.MODEL,
            Tag.TASK,
            Tag.REASON),
    INPUTS(
            "glimpse.inputs",
            COUNTER,
            "Pictures and texts of answered requests to the models for vectors and scores.",
            Tag.MODEL,
            Tag.TASK,
            Tag.KIND),
    CACHE_REQUESTS(
            "glimpse.cache.requests",
            COUNTER,
            "Pictures of requests, by whether what the vision tower makes of them was remembered.",
            Tag.MODEL,
            Tag.TASK,
            Tag.RESULT),
    CACHE_SIZE("glimpse.cache.size", GAUGE, "Native memory of remembered pictures, in bytes.", Tag.MODEL, Tag.TASK),
    PREFIX_REQUESTS(
            "glimpse.cache.prefix.requests",
            COUNTER,
            "Prompts that may take over rows of prompts before them, by whether there were any.",
            Tag.MODEL,
            Tag.TASK,
            Tag.RESULT),
    PREFIX_ROWS(
            "glimpse.cache.prefix.rows",
            COUNTER,
            "Rows of these prompts: reused, or computed by the decoder's first layers.",
            Tag.MODEL,
            Tag.TASK,
            Tag.ROWS),
    PREFIX_SIZE(
            "glimpse.cache.prefix.size", GAUGE, "Native memory of remembered prompts, in bytes.", Tag.MODEL, Tag.TASK),
    MEMORY_BUDGET(
            "glimpse.memory.budget",
            GAUGE,
            "Native memory that requests, remembered pictures and remembered prompts share, in bytes.",
            Tag.MODEL,
            Tag.TASK),
    MEMORY_RESERVED(
            "glimpse.memory.reserved",
            GAUGE,
            "What of it is reserved for requests that run, in bytes: an upper bound of what they may come to hold.",
            Tag.MODEL,
            Tag.TASK),
    MEMORY_USED("glimpse.memory.used", GAUGE, "Keys and values that answers hold, in bytes.", Tag.MODEL, Tag.TASK),
    MEMORY_WAITING(
            "glimpse.memory.waiting", GAUGE, "Requests that have a place and wait for memory.", Tag.MODEL, Tag.TASK),
    REQUEST_DURATION(
            "gen_ai.server.request.duration",
            TIMER,
            "Time of a request from its arrival to its end, refused and failed ones included.",
            Tag.PROVIDER,
            Tag.OPERATION,
            Tag.REQUEST_MODEL,
            Tag.ERROR),
    TIME_TO_FIRST_TOKEN(
            "gen_ai.server.time_to_first_token",
            TIMER,
            "Waiting and prefill of an answer: time until its first token was chosen.",
            Tag.PROVIDER,
            Tag.OPERATION,
            Tag.REQUEST_MODEL),
    TIME_PER_OUTPUT_TOKEN(
            "gen_ai.server.time_per_output_token",
            TIMER,
            "Mean time per token after the first, for answers of two tokens or more.",
            Tag.PROVIDER,
            Tag.OPERATION,
            Tag.REQUEST_MODEL);

    private final String meterName;
    private final Kind kind;
    private final String sentence;

    @SuppressWarnings("ImmutableEnumChecker") // List.of
    private final List<Tag> tags;

    GlimpseMeter(String meterName, Kind kind, String sentence, Tag... tags) {
        this.meterName = meterName;
        this.kind = kind;
        this.sentence = sentence;
        this.tags = List.of(tags);
    }

    /** Its name in the registry. */
    String meterName() {
        return meterName;
    }

    /** What it is in Micrometer. */
    Kind kind() {
        return kind;
    }

    /** What it says. */
    String sentence() {
        return sentence;
    }

    /** The tags that each of its series has, no more and no fewer. */
    List<Tag> tags() {
        return tags;
    }

    /** What a meter is in Micrometer. */
    enum Kind {
        TIMER,
        SUMMARY,
        GAUGE,
        COUNTER
    }

    /** Every tag. All have few values: none is taken from what a caller sends, but for names of tools, which are bounded. */
    enum Tag {
        MODEL("model", "Name of the model."),
        TASK("operation", "chat, embeddings or score: what a model is for, since two may have one name."),
        STRATEGY("strategy", "Strategy that pruned, none if nothing did."),
        ACTION("action", "none, widened, reported (it could do nothing, or not enough) or skipped (nothing was cut)."),
        COMPARISON(
                "comparison",
                "agreed, differed, skipped (the engine had other work), abandoned (a request came) or failed."),
        AGREEMENT("agreement", "agreed or differed."),
        TOKEN_STAGE("stage", "in before pruning, kept after it."),
        EXTREME("extreme", "least or most."),
        STAGE("stage", "wait, decode (of pictures), vision, prefill, prune or generate."),
        OUTCOME(
                "outcome",
                "answered, invalid, unsupported, queue-full, closed, not-loaded, timed-out, cancelled or failed."),
        TOOL(
                "tool",
                "Name of the tool, of the first 50 that are called; other for all else; none where no tool was offered."),
        TOOL_OUTCOME(
                "outcome",
                "called, called-again (the turn was answered again with less pruning before), or why none was offered:"
                        + " choice, mode, form, model, most-calls or repeated-call."),
        REASON("reason", "queue-full, closed, unsupported or invalid."),
        KIND("kind", "image or text."),
        RESULT("result", "hit or miss."),
        ROWS("rows", "reused or computed."),
        GUESS("guess", "taken, which spared a step, or dropped."),
        PROVIDER("gen_ai.provider.name", "glimpse."),
        OPERATION("gen_ai.operation.name", "chat, embeddings or score."),
        REQUEST_MODEL("gen_ai.request.model", "Name of the model."),
        ERROR("error.type", "Class of the exception, none for an answer.");

        private final String key;
        private final String sentence;

        Tag(String key, String sentence) {
            this.key = key;
            this.sentence = sentence;
        }

        /** Its key in the registry. */
        String key() {
            return key;
        }

        /** Its values. */
        String sentence() {
            return sentence;
        }
    }

    /** Values of {@link Tag#STAGE}. */
    enum Stage {
        WAIT,
        DECODE,
        VISION,
        PREFILL,
        PRUNE,
        GENERATE;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The one that a stage of the engine counts to. */
        static Stage of(io.github.glimpse.generate.Stage stage) {
            return switch (stage) {
                case WAITING -> WAIT;
                case IMAGES -> DECODE;
                case VISION -> VISION;
                case PREFILL_BEFORE_CUT, PREFILL_AFTER_CUT -> PREFILL;
                case PRUNING -> PRUNE;
                case DECODING -> GENERATE;
            };
        }
    }
}
