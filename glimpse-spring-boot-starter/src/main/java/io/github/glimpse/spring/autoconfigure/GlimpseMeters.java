package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.output.TokenUsage;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.chat.RequestOutcome;
import io.github.glimpse.chat.RequestOutcomeListener;
import io.github.glimpse.chat.ToolCallReport;
import io.github.glimpse.constrain.InvalidConstraintException;
import io.github.glimpse.constrain.UnsupportedConstraintException;
import io.github.glimpse.form.ConstraintReport;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.CanaryUse;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.ToolOffer;
import io.github.glimpse.generate.VisionCacheUse;
import io.github.glimpse.prefill.PrefixUse;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.sampling.LookupReport;
import io.github.glimpse.spring.autoconfigure.GlimpseMeter.Stage;
import io.github.glimpse.spring.autoconfigure.GlimpseMeter.Tag;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Fills the {@link GlimpseMeter}s. Each request ends in exactly one {@link RequestOutcome}, which {@code glimpse.requests} counts.
 * {@code gen_ai.server.request.duration} and {@code glimpse.requests.rejected} come from LangChain4j's callbacks, which say
 * nothing of a stream that its handler cancels. Safe for concurrent use.
 */
final class GlimpseMeters implements RequestOutcomeListener {

    private static final String START = GlimpseMeters.class.getName() + ".start";

    private static final String NO_TOOL = "none";

    private final ModelMeters meters;
    private final BoundedNames toolNames = new BoundedNames();

    /** Registers the gauges and the figures of the cache; the rest appears with the first request. */
    GlimpseMeters(MeterRegistry registry, LoadedModel engine) {
        this.meters = new ModelMeters(registry, engine, ModelMeters.CHAT);
        meters.gauge(GlimpseMeter.CACHE_SIZE, engine, BaseUnits.BYTES, model -> model.visionCacheUse()
                .bytes());
        meters.counted(GlimpseMeter.DECODE_STEPS, meters.model(), engine, model -> model.stepUse()
                .steps());
        meters.counted(GlimpseMeter.DECODE_SEQUENCES, meters.model(), engine, model -> model.stepUse()
                .sequences());
        meters.counted(GlimpseMeter.DECODE_TOKENS, meters.model(), engine, model -> model.stepUse()
                .tokens());
        meters.counted(GlimpseMeter.PREFILL_SLICES, meters.model(), engine, model -> model.stepUse()
                .slices());
        meters.counted(GlimpseMeter.PREFILL_PROMPTS, meters.model(), engine, model -> model.stepUse()
                .prompts());
        meters.gauge(GlimpseMeter.MEMORY_BUDGET, engine, BaseUnits.BYTES, model -> model.memoryUse()
                .budget());
        meters.gauge(GlimpseMeter.MEMORY_RESERVED, engine, BaseUnits.BYTES, model -> model.memoryUse()
                .reserved());
        meters.gauge(GlimpseMeter.MEMORY_USED, engine, BaseUnits.BYTES, model -> model.memoryUse()
                .used());
        meters.gauge(GlimpseMeter.MEMORY_WAITING, engine, null, model -> model.memoryUse()
                .waiting());
        cache(engine, "hit", VisionCacheUse::hits);
        cache(engine, "miss", VisionCacheUse::misses);
        meters.gauge(GlimpseMeter.PREFIX_SIZE, engine, BaseUnits.BYTES, model -> model.prefixUse()
                .bytes());
        prefixes(engine, GlimpseMeter.PREFIX_REQUESTS, Tag.RESULT, "hit", PrefixUse::hits);
        prefixes(engine, GlimpseMeter.PREFIX_REQUESTS, Tag.RESULT, "miss", PrefixUse::misses);
        prefixes(engine, GlimpseMeter.PREFIX_ROWS, Tag.ROWS, "reused", PrefixUse::rowsReused);
        prefixes(engine, GlimpseMeter.PREFIX_ROWS, Tag.ROWS, "computed", PrefixUse::rowsComputed);
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "agreed", CanaryUse::agreed);
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "differed", use -> use.answered() - use.agreed());
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "skipped", CanaryUse::skipped);
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "abandoned", CanaryUse::abandoned);
        canary(engine, GlimpseMeter.CANARY, Tag.COMPARISON, "failed", CanaryUse::failed);
        canary(engine, GlimpseMeter.CANARY_FIRST_TOKEN, Tag.AGREEMENT, "agreed", CanaryUse::firstTokenAgreed);
        canary(
                engine,
                GlimpseMeter.CANARY_FIRST_TOKEN,
                Tag.AGREEMENT,
                "differed",
                use -> use.answered() - use.firstTokenAgreed());
    }

    @Override
    public void onOutcome(RequestOutcome outcome) {
        meters.ended(outcome);
    }

    @Override
    public void onRequest(ChatModelRequestContext context) {
        context.attributes().put(START, System.nanoTime());
    }

    @Override
    public void onResponse(ChatModelResponseContext context) {
        Duration duration = since(context.attributes());
        if (duration != null) {
            meters.answered(duration);
        }
        if (context.chatResponse().metadata() instanceof GlimpseChatResponseMetadata metadata) {
            images(metadata.pruning());
            likelihood(metadata);
            masks(metadata.constraint());
            tools(metadata, context.chatRequest().toolSpecifications());
            stages(metadata.pruning(), metadata.timings());
            tokens(metadata.timings(), metadata.tokenUsage());
            guesses(metadata.lookup());
        }
    }

    @Override
    public void onError(ChatModelErrorContext context) {
        Throwable cause = context.error().getCause();
        if (cause instanceof InvalidConstraintException || cause instanceof UnsupportedConstraintException) {
            meters.count(GlimpseMeter.CONSTRAINT_REFUSED, meters.model(), 1);
        }
        Duration duration = since(context.attributes());
        if (duration == null) {
            meters.rejected(context.error());
        } else {
            meters.failed(context.error(), duration);
        }
    }

    private static @Nullable Duration since(Map<Object, Object> attributes) {
        return attributes.get(START) instanceof Long start ? Duration.ofNanos(System.nanoTime() - start) : null;
    }

    private void images(PruningReport pruning) {
        if (pruning.imageTokens() > 0) {
            meters.images(KeptImages.of(pruning));
            videos(pruning);
            trust(pruning, meters.model().and(Tag.STRATEGY.key(), KeptImages.strategy(pruning)));
        }
    }

    private void videos(PruningReport pruning) {
        Tags tags = meters.model().and(Tag.STRATEGY.key(), KeptImages.strategy(pruning));
        for (PruningReport.Video video : pruning.videos()) {
            meters.summarize(GlimpseMeter.VIDEO_RETENTION, tags, video.retention());
            meters.summarize(GlimpseMeter.VIDEO_SLICE_TOKENS, tags.and(Tag.EXTREME.key(), "least"), video.least());
            meters.summarize(GlimpseMeter.VIDEO_SLICE_TOKENS, tags.and(Tag.EXTREME.key(), "most"), video.most());
            meters.count(GlimpseMeter.VIDEO_SLICES_EMPTIED, tags, video.emptied());
        }
    }

    /** What is no number, of damaged weights, would stay in the sum for ever. */
    private void likelihood(GlimpseChatResponseMetadata metadata) {
        AnswerLikelihood likelihood = metadata.likelihood();
        if (likelihood != null && !Double.isNaN(likelihood.leastProbability())) {
            Tags tags = meters.model().and(Tag.STRATEGY.key(), KeptImages.strategy(metadata.pruning()));
            meters.summarize(GlimpseMeter.LIKELIHOOD, tags, likelihood.leastProbability());
        }
    }

    private void masks(@Nullable ConstraintReport constraint) {
        if (constraint != null) {
            meters.time(GlimpseMeter.CONSTRAINT_MASK, meters.model(), constraint.maskTime());
        }
    }

    private void tools(GlimpseChatResponseMetadata metadata, List<ToolSpecification> offered) {
        ToolOffer.Withheld withheld = metadata.tools().withheld();
        if (withheld != null) {
            tool(NO_TOOL, withheld.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        for (ToolCallReport call : metadata.calls()) {
            boolean known = offered.stream().anyMatch(tool -> call.name().equals(tool.name()));
            tool(
                    known ? toolNames.bounded(call.name()) : BoundedNames.OTHER,
                    metadata.tools().askedAgain() > 0 ? "called-again" : "called");
        }
    }

    private void tool(String name, String outcome) {
        meters.count(
                GlimpseMeter.TOOL_CALLS, meters.model().and(Tag.TOOL.key(), name, Tag.TOOL_OUTCOME.key(), outcome), 1);
    }

    private void trust(PruningReport pruning, Tags tags) {
        Double confidence = pruning.confidence();
        if (confidence != null) {
            meters.summarize(GlimpseMeter.CONFIDENCE, tags, confidence);
        }
        if (!pruning.steps().isEmpty()) {
            meters.count(
                    GlimpseMeter.GUARD,
                    tags.and(Tag.ACTION.key(), pruning.guard().action().label()),
                    1);
        }
    }

    private void stages(PruningReport pruning, StageTimings timings) {
        stage(Stage.WAIT, timings.waiting());
        if (pruning.imageTokens() > 0) {
            stage(Stage.DECODE, timings.images());
            stage(Stage.VISION, timings.vision());
        }
        stage(Stage.PREFILL, timings.prefillBeforeCut().plus(timings.prefillAfterCut()));
        if (pruning.at() != null) {
            stage(Stage.PRUNE, timings.pruning());
        }
        stage(Stage.GENERATE, timings.decoding());
    }

    private void stage(Stage stage, Duration duration) {
        meters.time(GlimpseMeter.STAGE_DURATION, meters.model().and(Tag.STAGE.key(), stage.label()), duration);
    }

    private void tokens(StageTimings timings, TokenUsage usage) {
        meters.time(
                GlimpseMeter.TIME_TO_FIRST_TOKEN,
                meters.genAi(),
                timings.waiting().plus(timings.toFirstToken()));
        int tokens = usage.outputTokenCount();
        if (tokens > 1) {
            meters.time(
                    GlimpseMeter.TIME_PER_OUTPUT_TOKEN,
                    meters.genAi(),
                    timings.decoding().dividedBy(tokens - 1L));
        }
    }

    private void guesses(LookupReport lookup) {
        guesses("taken", lookup.taken());
        guesses("dropped", lookup.proposed() - lookup.taken());
    }

    private void guesses(String what, int tokens) {
        meters.count(GlimpseMeter.LOOKUP_TOKENS, meters.model().and(Tag.GUESS.key(), what), tokens);
    }

    /** The cache counts itself: pictures are looked up in the engine, out of sight of the callbacks. */
    private void cache(LoadedModel engine, String result, ToDoubleFunction<VisionCacheUse> pictures) {
        meters.counted(
                GlimpseMeter.CACHE_REQUESTS,
                meters.model().and(Tag.RESULT.key(), result),
                engine,
                counted -> pictures.applyAsDouble(counted.visionCacheUse()));
    }

    private void prefixes(
            LoadedModel engine, GlimpseMeter meter, Tag tag, String value, ToDoubleFunction<PrefixUse> prompts) {
        meters.counted(
                meter,
                meters.model().and(tag.key(), value),
                engine,
                counted -> prompts.applyAsDouble(counted.prefixUse()));
    }

    /** The canary counts itself: nobody asks for its answers. */
    private void canary(
            LoadedModel engine, GlimpseMeter meter, Tag tag, String value, ToDoubleFunction<CanaryUse> answers) {
        meters.counted(
                meter,
                meters.model().and(tag.key(), value),
                engine,
                counted -> answers.applyAsDouble(counted.canaryUse()));
    }
}
