package io.github.glimpse.generate;

import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.engine.Int8Report;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.form.AnswerMask;
import io.github.glimpse.form.ChoiceScores;
import io.github.glimpse.form.MaskVocabulary;
import io.github.glimpse.generate.HistoryFit.Fitted;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.ModelTraining;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderSteps;
import io.github.glimpse.nn.RowLogits;
import io.github.glimpse.prefill.EncodedUnit;
import io.github.glimpse.prefill.EvidencePlan;
import io.github.glimpse.prefill.FeatureCache;
import io.github.glimpse.prefill.JointPrompts;
import io.github.glimpse.prefill.MediaFile;
import io.github.glimpse.prefill.PictureFeatures;
import io.github.glimpse.prefill.Prefill;
import io.github.glimpse.prefill.Prefilled;
import io.github.glimpse.prefill.PrefixStore;
import io.github.glimpse.prefill.PrefixUse;
import io.github.glimpse.prefill.Prompt;
import io.github.glimpse.prefill.PromptMedium;
import io.github.glimpse.prefill.PromptParts;
import io.github.glimpse.prefill.PromptReuse;
import io.github.glimpse.prefill.PromptTexts;
import io.github.glimpse.prefill.Sequence;
import io.github.glimpse.prefill.SequenceMemory;
import io.github.glimpse.prefill.StrategyRegistry;
import io.github.glimpse.prefill.TwoScalePrefill;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningProfile;
import io.github.glimpse.prune.PruningProfiles;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyOptions;
import io.github.glimpse.prune.TwoScaleStrategy;
import io.github.glimpse.sampling.EndRule;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.LookupReport;
import io.github.glimpse.sampling.PromptLookup;
import io.github.glimpse.sampling.Sampler;
import io.github.glimpse.serve.LendingCache;
import io.github.glimpse.serve.MemoryBudget;
import io.github.glimpse.serve.StepScheduler;
import io.github.glimpse.serve.StepUse;
import io.github.glimpse.text.StopSequences;
import io.github.glimpse.text.TokenWatch;
import io.github.glimpse.text.ToolForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A model with its strategies, and the making of an answer. Who may ask, and when it may be closed, is {@link LoadedModel}'s
 * business.
 */
final class DecoderEngine implements AnswerEngine {

    /** Where history is left out, so much that an answer has a quarter of the context, or as many tokens as it may have. */
    private static final int ANSWER_SHARE = 4;

    private final EngineOptions options;
    private final TokenLimits limits;
    private final TorchRuntime runtime;
    private final VisionLanguageModel model;
    private final StrategyRegistry strategies;
    private final PromptBuilder prompts;
    private final MemoryBudget memory;
    private final PrefixStore prefixes;
    private final HistoryLog changes = new HistoryLog();
    private final LendingCache<EncodedUnit> visionCache;
    private final MaskVocabulary maskVocabulary;
    private final AnswerSyntax syntax;
    private final StepScheduler<DecoderSteps.Rows, RowLogits[]> scheduler;
    private final JointPrompts joint;
    private final ModelTraining training;
    private @Nullable Int8Report int8Report;

    /**
     * Puts the parts together; no strategy is made yet.
     *
     * @throws IllegalArgumentException if an own profile leads nowhere
     * @throws io.github.glimpse.GlimpseException if the options or the folder say what such a model does not have
     */
    DecoderEngine(EngineOptions options, TorchRuntime runtime, VisionLanguageModel model, ModelFiles files) {
        if (options.load().firstToken() != FirstToken.CLS) {
            throw DecoderChecks.forCrossAttention(
                    "The first token " + options.load().firstToken().label());
        }
        this.options = options;
        this.training = ModelTraining.of(files.config());
        this.limits = new TokenLimits(options.maxInputTokens(), model.contextLength());
        this.runtime = runtime;
        this.model = model;
        this.strategies = new StrategyRegistry(
                PruningStrategies.discover(options.strategies()),
                new StrategyContext(
                        runtime,
                        model.dimensions(),
                        files.config(),
                        options.module(),
                        model.tower().abilities(),
                        StrategyOptions.none(PruningOptions.NONE)),
                model.decoder().positionRows(),
                new PruningProfiles(
                        options.profiles(), options.module() != null, PruningProfile.stopDistance(files.config())),
                schedule -> DecoderChecks.schedule(schedule, model));
        this.prompts = new PromptBuilder(
                PromptParts.of(model),
                new ImageDecoder(options.imageLimits(), options.transparency()),
                options.video());
        this.syntax = prompts.syntax();
        this.maskVocabulary =
                new MaskVocabulary(model.tokenizer(), model.decoder().vocabulary(), model.stopIds());
        this.memory = AnswerEngine.newBudget(options, runtime, model);
        PrefixCacheOptions prefix = options.prefixCache();
        // Before that of pictures: what is remembered of prompts gives way first.
        this.prefixes =
                new PrefixStore(prefix.maxBytes(), prefix.timeToLive(), System::nanoTime, memory, runtime::openScope);
        this.visionCache = AnswerEngine.newVisionCache(options, memory, model);
        this.scheduler = new StepScheduler<>(
                new DecoderSteps(model.decoder())::run,
                runtime.placesAtOnce(),
                options.serving().prefillShare());
        this.joint = new JointPrompts(runtime, model, options.serving().sliceRows(runtime));
    }

    @Override
    public long weightBytesPerStep() {
        return model.decoder().weightBytes();
    }

    @Override
    public Optional<Int8Report> int8Report() {
        return Optional.ofNullable(int8Report);
    }

    /** Forgets what it remembers, as if nothing had been asked. */
    void forget() {
        visionCache.forgetAll();
        prefixes.forgetAll();
    }

    /** Said once, before the first request. */
    void report(Int8Report report) {
        int8Report = report;
    }

    @Override
    public EngineOptions options() {
        return options;
    }

    @Override
    public VisionLanguageModel model() {
        return model;
    }

    @Override
    public TorchRuntime runtime() {
        return runtime;
    }

    @Override
    public MemoryBudget memory() {
        return memory;
    }

    @Override
    public LendingCache<EncodedUnit> visionCache() {
        return visionCache;
    }

    @Override
    public PrefixUse prefixUse() {
        return prefixes.use();
    }

    @Override
    public int liveResources() {
        return AnswerEngine.super.liveResources() - prefixes.liveResources();
    }

    @Override
    public StepUse stepUse() {
        return scheduler.use();
    }

    @Override
    public boolean isComputing() {
        return scheduler.isUsed();
    }

    @Override
    public StrategyRegistry.Lent lend(PruningOptions pruning) {
        return strategies.lend(pruning);
    }

    @Override
    public int countTokens(List<ChatTurn> turns, ToolOffer tools) {
        PromptBuilder prompts = this.prompts.offering(tools, options.generation());
        try {
            return options.history() == HistoryMode.REFUSE
                    ? prompts.prompt(turns).tokens()
                    : HistoryFit.count(prompts, turns);
        } catch (InvalidConversationException e) {
            return HistoryFit.countApart(prompts, turns);
        }
    }

    @Override
    public void warmUp(CancellationPoint cancellation) {
        WarmUp.answer(this, ChatTurn.user("Hello"), cancellation);
    }

    @Override
    public GenerationResult answer(
            GenerationRequest asked, GenerationListener listener, RequestContext context, Duration waiting) {
        GenerationRequest request = FormPrompt.described(asked, model.contextLength(), prompts.showsSystem());
        GenerationOptions generation = request.generation();
        PromptBuilder prompts = this.prompts.offering(request.tools(), generation);
        HistoryMode history = request.historyOr(options.history());
        DecoderChecks.pictures(request.turns(), options, history);
        List<ChatTurn> turns =
                prompts.withinBudget(request.turns(), request.tools().care());
        try (StrategyRegistry.Lent lent = possible(request.pruning())) {
            PruningSchedule schedule = lent.schedule();
            while (true) {
                Fitted fitted =
                        fit(prompts, turns, history, schedule.pictureShare(), generation, limits.watch(context));
                try {
                    return answer(request, prompts, fitted, schedule, generation, listener, context, waiting);
                } catch (UndecodedPicture e) {
                    turns = withoutUndecoded(turns, history, e);
                }
            }
        }
    }

    /** The conversation with as much of its history as there is room for, or all of it if history must not be left out. */
    private Fitted fit(
            PromptBuilder prompts,
            List<ChatTurn> turns,
            HistoryMode history,
            @Nullable Double share,
            GenerationOptions generation,
            TokenWatch watch) {
        Conversation conversation = Conversation.of(turns);
        if (history == HistoryMode.REFUSE) {
            return new Fitted(conversation, prompts.prompt(turns, share, watch));
        }
        int limit = limits.ofPrompt();
        int room =
                model.contextLength() - Math.min(TokenLimits.wanted(generation), model.contextLength() / ANSWER_SHARE);
        return new HistoryFit(prompts, share, watch, options.maxImages(), limit, Math.min(limit, room))
                .fit(conversation);
    }

    private List<ChatTurn> withoutUndecoded(List<ChatTurn> turns, HistoryMode history, UndecodedPicture picture) {
        Conversation whole = Conversation.of(turns);
        Conversation less = whole.withoutPictures((place, other) -> picture.is(other));
        if (history == HistoryMode.REFUSE || less.equals(whole)) {
            throw picture.error();
        }
        return less.turns();
    }

    private GenerationResult answer(
            GenerationRequest asked,
            PromptBuilder prompts,
            Fitted fitted,
            PruningSchedule schedule,
            GenerationOptions generation,
            GenerationListener listener,
            RequestContext context,
            Duration waiting) {
        Prompt prompt = fitted.prompt();
        GenerationRequest request = asked.withTurns(fitted.conversation().turns());
        DecoderChecks.generation(generation);
        int most = limits.ofAnswer(prompt.tokens(), generation);
        ToolReport tools = request.tools().settled(prompts.toolForm());
        AnswerForm form =
                tools.withheld() == ToolOffer.Withheld.MODEL ? request.tools().otherwise() : request.form();
        AnswerMask mask = form == null ? null : AnswerMask.begin(form, maskVocabulary, most);
        HistoryReport history = fitted.conversation().lossOf(asked.turns()).with(prompt.changes());
        changes.report(asked, history);
        context.observer().onPrompt(prompt.text(), prompt.layout());
        // Nothing to prune, so no probe either: the stage is skipped as a whole.
        PruningSchedule cuts = prompt.media().isEmpty() ? PruningSchedule.none() : schedule;
        ChoiceScores choice = mask == null ? null : new ChoiceScores(mask, model.tokenizer());
        int rows = choice != null && !choice.isEmpty() ? Math.max(most, ChoiceScores.MOST_STEPS) : most;
        // The memory is back before its room is.
        try (SequenceMemory own = memory(prompt, cuts, rows, choice == null ? 0 : choice.branchings(), context);
                TensorScope scope = context.scope().openChild();
                var steps = scheduler.sequence()) {
            own.reserve(memory, context.cancellation()::check);
            RequestContext holding = context.holding(own).in(scope);
            Prefilled prefilled = prefilled(request, prompts, prompt, cuts, most, steps::begin, holding);
            Sequence sequence = prefilled.sequence();
            own.decodes(sequence.caches());
            Sampler sampler = new Sampler(generation.sampling(), prompt.layout().ids(), sequence.logits().length);
            String noGuesses = Optional.ofNullable(generation.refusesLookup())
                    .orElse(model.decoder().refusesGuesses());
            PromptLookup lookup =
                    new PromptLookup(prompt.layout().textIds(), noGuesses == null ? generation.lookup() : 0);
            List<String> stop = generation.stop() == null ? List.of() : generation.stop();
            PruningReport report = prefilled
                    .log()
                    .report(prompt.units(), prompt.wholeUnits(), prompt.layout().newlineRows().length);
            boolean isStructured = syntax.isStructured(form);
            EndRule end = EndRule.of(generation, model.stopIds(), form == null || form.hasFreeText());
            AnswerText text = new AnswerText(
                    model.tokenizer(),
                    new StopSequences(form == null || form.hasFreeText() ? stop : List.of(), end.includesStop()),
                    form,
                    isStructured ? syntax : null,
                    isStructured ? syntax.setup(prompt.text(), request.tools(), form) : null,
                    holding.floor().hearing(report, listener));
            ThoughtGate thought =
                    new ThoughtGate(text, isStructured ? syntax : null, generation.thinkingBudget(), mask);
            DecodeLoop loop = new DecodeLoop(model, steps, holding, text, mask, thought, end);
            Map<String, Double> choiceScores = choice == null ? Map.of() : loop.shares(choice, sequence);
            DecodeLoop.Answer answer = loop.run(sequence, sampler, lookup, most);
            holding.watch().finish();
            return new GenerationResult(
                    answer.text(),
                    answer.ids(),
                    answer.reason(),
                    answer.likelihood(),
                    prompt.tokens(),
                    sequence.rows(),
                    report,
                    holding.watch().timings(waiting),
                    history,
                    answer.calls(),
                    mask == null ? null : mask.report(choiceScores, text.fields()),
                    tools.askedAgain(holding.floor().askedAgain())
                            .with(text.unlistedTools(), form != null && mask != null && form.callsTools()),
                    prefilled.reuse(),
                    noGuesses == null ? lookup.report() : LookupReport.off(noGuesses),
                    answer.thinking(),
                    prompt.changes().warnings());
        }
    }

    private SequenceMemory memory(
            Prompt prompt, PruningSchedule cuts, int rowsToCome, int copies, RequestContext context) {
        return SequenceMemory.of(
                model.decoder().bytes().withCopies(copies),
                model.dimensions(),
                prompt,
                cuts,
                rowsToCome,
                context.sliceRows(),
                model.weights().dtype().byteCount());
    }

    @Override
    public boolean keepsForms() {
        return true;
    }

    @Override
    public Optional<ToolCallFormat> toolCallFormat() {
        return syntax.format();
    }

    @Override
    public Optional<ToolForm> toolForm() {
        return Optional.of(prompts.toolForm());
    }

    @Override
    public ModelTraining training() {
        return training;
    }

    @Override
    public void check(GenerationOptions generation) {
        DecoderChecks.generation(generation);
        prompts.check(generation);
    }

    /**
     * Runs the prompt in slices: between layers and blocks others get their tokens.
     *
     * @param behind runs when it is through, before others' turn comes
     */
    private Prefilled prefilled(
            GenerationRequest request,
            PromptBuilder prompts,
            Prompt prompt,
            PruningSchedule cuts,
            int most,
            Runnable behind,
            RequestContext context) {
        Cut twoScales = cuts.twoScaleCut();
        int room = Math.min(most, SequenceMemory.ROWS_AT_ONCE);
        try (PromptReuse reuse = reuse(request, cuts);
                SlicedWork work =
                        SlicedWork.begin(scheduler, reuse.leavesLittle(prompt, context.sliceRows()), joint, context)) {
            RequestContext sliced = work.context();
            Function<Prompt, List<MediaFile>> files = of -> files(prompts, of, work);
            if (twoScales != null) {
                TwoScaleStrategy strategy = (TwoScaleStrategy) twoScales.strategy();
                Prefilled prefilled = inTwoScales(request, prompts, prompt, files, strategy, cuts, room, sliced);
                behind.run();
                return prefilled;
            }
            EvidencePlan evidence = EvidencePlan.of(cuts, model.tower().abilities());
            PromptTexts texts = new PromptTexts(
                    prompt.layout(),
                    model.decoder(),
                    () -> prompts.lastUserRows(request.turns(), prompt, limits.watch(sliced)));
            try (PictureFeatures pictures =
                    new PictureFeatures(model.tower(), features(request), files.apply(prompt), evidence.tower())) {
                Prefilled prefilled = new Prefill(model, prompt, texts, cuts, evidence, room, reuse, sliced)
                        .run(pictures, strategies::numberOf);
                behind.run();
                return prefilled;
            }
        }
    }

    private FeatureCache features(GenerationRequest request) {
        return FeatureCache.of(
                visionCache, runtime::openScope, options.prefixCache().cacheScope(request));
    }

    private PromptReuse reuse(GenerationRequest request, PruningSchedule cuts) {
        PrefixCacheOptions prefix = options.prefixCache();
        if (prefix.maxBytes() == 0) {
            return PromptReuse.none("it is turned off");
        }
        if (!model.weights().isSettled()) {
            return PromptReuse.none("weights are still being packed");
        }
        String scope = prefix.prefixScope(request);
        return scope == null
                ? PromptReuse.none("the request names no session")
                : PromptReuse.of(prefixes, scope, cuts, model.decoder());
    }

    /** Reading a picture and resizing it is no work of the model: others compute meanwhile. */
    private static List<MediaFile> files(PromptBuilder prompts, Prompt prompt, SlicedWork work) {
        List<MediaFile> files = new ArrayList<>();
        for (int i = 0; i < prompt.media().size(); i++) {
            int number = i;
            PromptMedium medium = prompt.media().get(number);
            files.add(new MediaFile(medium.files(), medium.plan(), medium.wholePlan(), cancellation -> {
                try {
                    IntFunction<PixelPatches> patches = work.aside(() -> prompts.read(prompt, number, work.asked()));
                    return unit -> work.aside(() -> patches.apply(unit));
                } catch (InvalidImageException e) {
                    throw new UndecodedPicture(medium.files(), e);
                }
            }));
        }
        return files;
    }

    private Prefilled inTwoScales(
            GenerationRequest request,
            PromptBuilder prompts,
            Prompt prompt,
            Function<Prompt, List<MediaFile>> files,
            TwoScaleStrategy strategy,
            PruningSchedule cuts,
            int room,
            RequestContext context) {
        Prompt small = prompts.prompt(request.turns(), strategy.scale() * strategy.scale(), limits.watch(context));
        return new TwoScalePrefill(model, files, features(request), cuts, context).run(prompt, small, room);
    }

    @Override
    public void close() {
        prefixes.close();
        visionCache.close();
        strategies.close();
        model.close();
        runtime.close();
    }
}
