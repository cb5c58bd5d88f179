package io.github.glimpse.generate;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.answer.ThinkingReport;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.ImageTextPrompts;
import io.github.glimpse.model.ImageTextTask;
import io.github.glimpse.model.MediaPlan;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.prefill.AttendedPicture;
import io.github.glimpse.prefill.CrossAttentionPass;
import io.github.glimpse.prefill.EncodedUnit;
import io.github.glimpse.prefill.FeatureCache;
import io.github.glimpse.prefill.ImageTextCuts;
import io.github.glimpse.prefill.MediaFile;
import io.github.glimpse.prefill.ReuseReport;
import io.github.glimpse.prefill.SelectionLog;
import io.github.glimpse.prefill.StageObserver;
import io.github.glimpse.prefill.StrategyRegistry;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningProfiles;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyOptions;
import io.github.glimpse.sampling.BeamSearch;
import io.github.glimpse.sampling.EndOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.sampling.LookupReport;
import io.github.glimpse.sampling.Sampler;
import io.github.glimpse.sampling.TemplateSettings;
import io.github.glimpse.serve.LendingCache;
import io.github.glimpse.serve.MemoryBudget;
import io.github.glimpse.serve.StepScheduler;
import io.github.glimpse.text.TokenWatch;
import io.github.glimpse.text.ToolForm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * A model whose text attends to its picture by cross-attention, with its strategies, and the making of an answer, a caption or a
 * score. What the tower made of a picture is remembered with the cuts inside it; what a text saw is computed for each text.
 */
final class ImageTextEngine implements AnswerEngine {

    /** A grey picture of one pixel. */
    private static final String GREY =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

    /** Words of an answer where nobody says more: the library's default for this kind of model. */
    static final int DEFAULT_MAX_OUTPUT_TOKENS = 20;

    private final EngineOptions options;
    private final TorchRuntime runtime;
    private final ImageTextModel model;
    private final StrategyRegistry strategies;
    private final ImageTextPrompts texts;
    private final ImageDecoder pictures;
    private final MemoryBudget memory;
    private final LendingCache<EncodedUnit> visionCache;
    // Nobody takes steps here: texts run one after the other, each word of one text a slice.
    private final StepScheduler<List<Integer>, float[]> scheduler;

    /**
     * Puts the parts together; no strategy is made yet.
     *
     * @throws IllegalArgumentException if an own profile leads nowhere
     * @throws UnsupportedContentException if captions are to begin with another token than theirs
     */
    ImageTextEngine(EngineOptions options, TorchRuntime runtime, ImageTextModel model, ModelFiles files) {
        refuseFirstToken(options, model);
        this.options = options;
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
                1,
                new PruningProfiles(options.profiles(), options.module() != null, null),
                schedule -> {
                    schedule.checkForPicturesOnly();
                    ImageTextCuts.of(schedule, model);
                });
        this.texts = new ImageTextPrompts(model);
        this.pictures = new ImageDecoder(options.imageLimits(), options.transparency());
        this.memory = AnswerEngine.newBudget(options, runtime, model);
        this.visionCache = AnswerEngine.newVisionCache(options, memory, model);
        this.scheduler = new StepScheduler<>(
                rows -> List.of(), runtime.placesAtOnce(), options.serving().prefillShare());
    }

    private static void refuseFirstToken(EngineOptions options, ImageTextModel model) {
        FirstToken first = options.load().firstToken();
        if (model.task() == ImageTextTask.CAPTION && first != FirstToken.CLS) {
            throw new UnsupportedContentException("The first token " + first.label()
                    + " is for questions and for texts that are matched, captions begin with the start id;"
                    + " leave it out");
        }
    }

    @Override
    public EngineOptions options() {
        return options;
    }

    @Override
    public ImageTextModel model() {
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
    public boolean isComputing() {
        return scheduler.isUsed();
    }

    @Override
    public LendingCache<EncodedUnit> visionCache() {
        return visionCache;
    }

    @Override
    public StrategyRegistry.Lent lend(PruningOptions pruning) {
        return strategies.lend(pruning);
    }

    @Override
    public int defaultOutputTokens() {
        return DEFAULT_MAX_OUTPUT_TOKENS;
    }

    @Override
    public boolean keepsForms() {
        return false;
    }

    @Override
    public void check(GenerationOptions generation) {
        Words.of(generation);
    }

    /** Ids of the text and patches of the picture; an empty system message counts nothing. */
    @Override
    public int countTokens(List<ChatTurn> turns, ToolOffer tools) {
        int count = 0;
        for (ChatTurn turn : turns) {
            List<byte[]> found = new ArrayList<>();
            String text = ImageTextRequest.text(turn, found);
            count += found.size() * model.tower().config().patches();
            if (text != null || !found.isEmpty()) {
                count += texts.ids(text).length;
            }
        }
        return count;
    }

    @Override
    public void warmUp(CancellationPoint cancellation) {
        if (model.task() == ImageTextTask.MATCH) {
            match(grey(), List.of("grey"), options.pruning(), cancellation, StageObserver.NONE);
        } else {
            WarmUp.answer(this, ChatTurn.user("grey", grey()), cancellation);
        }
    }

    @Override
    public GenerationResult answer(
            GenerationRequest request, GenerationListener listener, RequestContext context, Duration waiting) {
        check(request.tools());
        if (request.form() != null) {
            throw new UnsupportedContentException("An answer of a model with cross-attention, such as BLIP, cannot be"
                    + " kept to a form (schema, choice, pattern, calls of tools); leave it out, or load a model with a"
                    + " language decoder");
        }
        ImageTextRequest asked = ImageTextRequest.of(model.task(), request.turns());
        int beams = Words.of(request.generation()).beams();
        try (StrategyRegistry.Lent lent = possible(request.pruning());
                var room = memory.reserve(bytes(beams), "A picture with a text", context.cancellation()::check);
                TensorScope scope = context.scope().openChild();
                SlicedWork work = SlicedWork.begin(scheduler, false, null, context.in(scope))) {
            room.uses(0);
            return answer(request, asked, ImageTextCuts.of(lent.schedule(), model), listener, work, waiting);
        }
    }

    private GenerationResult answer(
            GenerationRequest request,
            ImageTextRequest asked,
            ImageTextCuts plan,
            GenerationListener listener,
            SlicedWork work,
            Duration waiting) {
        RequestContext context = work.context();
        GenerationOptions generation = request.generation();
        Words words = Words.of(generation);
        int[] ids = texts.ids(asked.text(), watch(context));
        checkLength(ids.length);
        int begun = model.task() == ImageTextTask.CAPTION ? ids.length : 1;
        int most = Math.min(words.most(), model.contextLength() - begun);
        SelectionLog log = new SelectionLog(model.tower().config().patches());
        context.observer().onTextIds(ids);
        FeatureCache features = features(options.prefixCache().cacheScope(request));
        try (AttendedPicture picture = see(asked.picture(), plan, features, log, work)) {
            CrossAttentionPass.Result text = crossAttend(ids, picture, plan, most, log, context);
            WordWriter writer = writer(text, most, context);
            int last = Math.toIntExact(text.rows().getShape().get(0)) - 1;
            float[] logits = model.task() == ImageTextTask.CAPTION
                    ? writer.logitsOf(model.crossText().choose(text.rows(), new int[] {last}, context.scope()))
                    : writer.read(new int[] {model.tokens().start()})[0];
            context.watch().enter(Stage.DECODING);
            DecodeLoop.Answer answer =
                    write(writer, logits, ids, words, most, generation, context, work.aside(listener));
            context.watch().finish();
            return new GenerationResult(
                    answer.text(),
                    answer.ids(),
                    answer.reason(),
                    answer.likelihood(),
                    ids.length + model.tower().config().patches(),
                    ids.length + log.alive().length,
                    log.report(picture.plan()),
                    context.watch().timings(waiting),
                    HistoryReport.WHOLE,
                    List.of(),
                    null,
                    request.tools().settled(ToolForm.OFF),
                    ReuseReport.withoutRows(ids.length, picture.lent().found(), null),
                    generation.refusesLookup() != null
                            ? LookupReport.off(generation.refusesLookup())
                            : LookupReport.off("models with cross-attention read no prompt that holds the answer"),
                    ThinkingReport.NONE,
                    List.of());
        }
    }

    /**
     * An upper bound of the memory of a request.
     *
     * @param beams texts that are written side by side
     */
    private long bytes(int beams) {
        ModelDimensions sizes = model.dimensions();
        int patches = model.tower().config().patches() + 1;
        long width = Math.max(sizes.hidden(), sizes.visionHidden());
        long number = model.weights().dtype().byteCount();
        long rows = (long) beams * model.contextLength() + patches;
        // Rows, queries, keys, values and an MLP four times as wide, once more in float32 for the tower; scores;
        // logits.
        long working = (rows + patches) * width * (14 * number + 3L * Float.BYTES)
                + 2L * Float.BYTES * sizes.heads() * model.contextLength() * rows;
        long logits = 4L * Float.BYTES * beams * model.tokenizer().vocabularySize();
        // Keys and values of both texts, of what they attend to, and a copy when beams change places.
        return working + logits + 6 * rows * sizes.layers() * sizes.hidden() * number;
    }

    private FeatureCache features(String cacheScope) {
        return FeatureCache.of(visionCache, runtime::openScope, cacheScope);
    }

    private AttendedPicture see(
            byte[] picture, ImageTextCuts plan, FeatureCache features, SelectionLog log, SlicedWork work) {
        ImageSize size = pictures.readSize(picture);
        PatchPlan patches = model.preprocessor().plan(size.width(), size.height());
        MediaPlan whole = MediaPlan.of(patches);
        Runnable asked = work.asked()::check;
        MediaFile file = new MediaFile(List.of(picture), whole, whole, cancellation -> {
            PixelPatches pixels = work.aside(() -> model.preprocessor().preprocess(pictures.decode(picture, asked)));
            return unit -> pixels;
        });
        return AttendedPicture.see(file, model, features, plan, strategies::numberOf, log, work.context());
    }

    /** A picture file, for the warm-up. */
    private static byte[] grey() {
        return Base64.getDecoder().decode(GREY);
    }

    private CrossAttentionPass.Result crossAttend(
            int[] ids,
            AttendedPicture picture,
            ImageTextCuts plan,
            int most,
            SelectionLog log,
            RequestContext context) {
        return new CrossAttentionPass(
                        model,
                        plan,
                        picture.features(),
                        log.alive(),
                        picture.plan().grid(),
                        model.task() == ImageTextTask.CAPTION ? most : 0,
                        log,
                        context)
                .run(ids);
    }

    /** Captions go on where the text ended; answers begin anew and attend to the question. */
    private WordWriter writer(CrossAttentionPass.Result text, int most, RequestContext context) {
        var decoder = Objects.requireNonNull(model.decoder());
        var words = Objects.requireNonNull(model.words());
        return model.task() == ImageTextTask.CAPTION
                ? new WordWriter(decoder, words, text.caches(), text.imageKeyValues(), context)
                : WordWriter.withCrossAttention(text.rows(), decoder, words, most + 1, context);
    }

    private DecodeLoop.Answer write(
            WordWriter writer,
            float[] logits,
            int[] ids,
            Words words,
            int most,
            GenerationOptions generation,
            RequestContext context,
            GenerationListener listener) {
        int end = model.tokens().end();
        int[] begun = model.task() == ImageTextTask.CAPTION
                ? ids
                : new int[] {model.tokens().start()};
        List<String> stop = generation.stop() == null ? List.of() : generation.stop();
        WordLoop loop = new WordLoop(writer, model.tokenizer(), end, stop, context, listener);
        loop.begin(begun);
        int least = Math.min(words.least(), most);
        if (words.beams() > 1) {
            return loop.search(
                    logits,
                    new BeamSearch(
                            writer,
                            context.cancellation()::check,
                            words.beams(),
                            words.lengthPenalty(),
                            least,
                            most,
                            end));
        }
        return loop.sample(logits, new Sampler(generation.sampling(), begun, logits.length), least, most);
    }

    /**
     * The model as one that tells how well a text fits a picture.
     *
     * @throws UnsupportedModelException if it was not trained for that
     */
    static ImageTextEngine matching(AnswerEngine core) {
        if (core instanceof ImageTextEngine engine && engine.model.task() == ImageTextTask.MATCH) {
            return engine;
        }
        throw new UnsupportedModelException("The loaded model (" + core.model().family()
                + ") does not tell how well a text fits an image; load a BLIP model for image-text retrieval");
    }

    /** Tells how well texts fit a picture, which is encoded once. Only on a model for {@linkplain #matching matching}. */
    List<ImageTextMatch> match(
            byte[] picture,
            List<String> candidates,
            PruningOptions pruning,
            CancellationPoint cancellation,
            StageObserver observer) {
        try (TensorScope scope = runtime.openScope();
                StrategyRegistry.Lent lent = possible(pruning)) {
            Stopwatch watch = new Stopwatch(GenerationListener.NONE);
            int rows = options.serving().sliceRows(runtime);
            RequestContext context = RequestContext.of(rows, scope, cancellation, observer, watch, new CallFloor(null));
            try (var room = memory.reserve(bytes(1), "A picture with texts", context.cancellation()::check);
                    TensorScope inner = scope.openChild();
                    SlicedWork work = SlicedWork.begin(scheduler, false, null, context.in(inner))) {
                room.uses(0);
                return match(picture, candidates, ImageTextCuts.of(lent.schedule(), model), work);
            }
        } catch (EngineException | NonFiniteNumbersException e) {
            throw translated(e);
        }
    }

    private List<ImageTextMatch> match(byte[] picture, List<String> candidates, ImageTextCuts plan, SlicedWork work) {
        SelectionLog ofTower = new SelectionLog(model.tower().config().patches());
        List<ImageTextMatch> matches = new ArrayList<>();
        try (AttendedPicture seen = see(picture, plan, features(FeatureCache.SHARED), ofTower, work)) {
            for (String candidate : candidates) {
                try (TensorScope scope = work.context().scope().openChild()) {
                    RequestContext own = work.context().in(scope);
                    matches.add(match(candidate, seen, plan, ofTower.copy(), own));
                }
            }
        }
        return matches;
    }

    private ImageTextMatch match(
            String candidate, AttendedPicture seen, ImageTextCuts plan, SelectionLog log, RequestContext context) {
        int[] ids = texts.ids(candidate, watch(context));
        checkLength(ids.length);
        context.observer().onTextIds(ids);
        TensorScope scope = context.scope();
        var heads = Objects.requireNonNull(model.heads());
        NDArray textRows = crossAttend(ids, seen, plan, 0, log, context).rows();
        float[] picture = heads.picture().unitOf(seen.features().rows(), scope);
        float[] text = heads.text().unitOf(texts.blind(ids, scope, context.cancellation()), scope);
        double similarity = 0;
        for (int i = 0; i < picture.length; i++) {
            similarity += (double) picture[i] * text[i];
        }
        context.observer().onUnits(picture, text);
        return ImageTextMatch.of(heads.match().of(textRows, scope), similarity, log.report(seen.plan()));
    }

    private int room() {
        return model.task() == ImageTextTask.CAPTION ? model.contextLength() - 1 : model.contextLength();
    }

    /** Ends the work on a text whose time is over, or that is too long already. */
    private TokenWatch watch(RequestContext context) {
        return tokens -> {
            context.cancellation().check();
            if (tokens > room()) {
                checkLength(tokens);
            }
        };
    }

    private void checkLength(int length) {
        int room = room();
        if (length > room) {
            throw new PromptTooLongException(
                    "The text has " + length + " tokens, this model reads at most " + room + "; send less text");
        }
        int all = length + model.tower().config().patches();
        Integer limit = options.maxInputTokens();
        if (limit != null && all > limit) {
            throw new PromptTooLongException("The prompt has " + all + " tokens, image tokens included; the limit is "
                    + limit + "; send less text or raise glimpse.limits.max-input-tokens");
        }
    }

    /** How many words, and how many beginnings side by side. */
    private record Words(int least, int most, int beams, double lengthPenalty) {

        static Words of(GenerationOptions options) {
            Words words = new Words(
                    Objects.requireNonNullElse(options.minOutputTokens(), 0),
                    Objects.requireNonNullElse(options.maxOutputTokens(), DEFAULT_MAX_OUTPUT_TOKENS),
                    Objects.requireNonNullElse(options.beams(), 1),
                    Objects.requireNonNullElse(options.lengthPenalty(), GenerationOptions.DEFAULT_LENGTH_PENALTY));
            if (!options.template().equals(TemplateSettings.NONE)
                    || !options.ending().equals(EndOptions.NONE)) {
                throw new UnsupportedContentException("Models with cross-attention, such as BLIP, have neither a chat"
                        + " template with variables nor further rules for the end of an answer; leave thinking,"
                        + " template variables, stop-token-ids, ignore-eos and include-stop out");
            }
            if (words.beams > 1 && options.changesLikelihoods()) {
                throw new UnsupportedContentException("Beam search (beams " + words.beams
                        + ") takes what is likeliest as a whole, so temperature and penalties do not go with it;"
                        + " leave them out, or set beams to 1");
            }
            return words;
        }
    }

    @Override
    public void close() {
        visionCache.close();
        strategies.close();
        model.close();
        runtime.close();
    }
}
