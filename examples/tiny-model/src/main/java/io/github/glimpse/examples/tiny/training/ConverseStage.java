package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RecordedCall;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.pages.Conversation;
import io.github.glimpse.examples.tiny.pages.Conversation.Form;
import io.github.glimpse.examples.tiny.pages.ConversationMaker;
import io.github.glimpse.examples.tiny.pages.FontRegistry;
import io.github.glimpse.examples.tiny.pages.PageMaker;
import io.github.glimpse.examples.tiny.training.ConversationBatch.Cut;
import io.github.glimpse.train.Figures;
import io.github.glimpse.train.Losses;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * The decoder of the second edition alone, on conversations about pages that come as symbols instead of pictures. Which heads are led where, and
 * what half of the batches lose behind the cut, is as in {@link SymbolicStage}.
 */
final class ConverseStage implements Train.Stage {

    private static final List<PageSize> SIZES = List.of(
            new PageSize(8, 8),
            new PageSize(8, 12),
            new PageSize(12, 8),
            new PageSize(10, 10),
            new PageSize(12, 12),
            new PageSize(9, 14),
            new PageSize(14, 9),
            new PageSize(12, 16),
            new PageSize(16, 12),
            new PageSize(14, 14),
            new PageSize(16, 16),
            new PageSize(20, 15),
            new PageSize(24, 24));
    /** Of ten samples four are single questions, six of them about a page. */
    private static final List<Form> FORMS = List.of(
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.QUESTION,
            Form.LATER_TURN,
            Form.LATER_TURN,
            Form.TWO_PAGES,
            Form.RETRIEVED,
            Form.FORMAT,
            Form.RECORD,
            Form.RECORD,
            Form.OPTIONS,
            Form.CITATION);

    private static final List<Cut> SIGHTS = List.of(Cut.NONE, Cut.EVIDENCE, Cut.STRAYS);
    private static final List<String> SIGHT_NAMES = List.of("full", "cut", "blind");

    /** Rows of a batch; a page of 24 x 24 has 576. */
    private static final int ROWS = 1_500;

    private static final int WORDS = 150;
    // A tool takes some 350 words to describe, and what it shows is another page. Such conversations have batches of
    // their own, so that no
    // other is padded to their length.
    private static final double ZOOMS = 0.12;
    private static final int ROWS_OF_A_ZOOM = 700;
    private static final int QUESTIONS = 6;
    private static final int VALIDATED_OF_A_FORM = 6;
    private static final PageSize VALIDATED = new PageSize(12, 12);
    private static final int SEEDS_PER_BATCH = 64;
    private static final int READY = 4;

    private final StageOptions options;
    private final Graph graph;
    private final TrainableParameters parameters;
    private final ConversationMaker maker;
    private final DecoderSize size = DecoderSize.second();

    /** Makes the stage; pages have the proportions of the faces in the folder of fonts, or of the own strokes. */
    ConverseStage(TorchRuntime runtime, StageOptions options) {
        this.options = options;
        maker = new ConversationMaker(
                new PageMaker(options.fonts() == null ? FontRegistry.strokes() : FontRegistry.of(options.fonts())));
        graph = Losses.addTo(Graph.named("tiny conversations"))
                .with(ConverseStage.class, "vision")
                .with(ConverseStage.class, "reading")
                .with(ConverseStage.class, "symbols")
                .with(ConverseStage.class, "converse")
                .compile(runtime);
        parameters = TrainableParameters.empty(runtime, options.seed());
        ParameterGroup group = options.group("decoder");
        TinyWeights.addDecoder(parameters, group, size);
        CellSymbols.addTo(parameters, TinyWeights.outer(group), size.hidden());
    }

    @Override
    public void train(TorchRuntime runtime) {
        options.from().forEach(source -> RunFolder.copyInto(parameters, source));
        List<String> figures = new ArrayList<>(List.of("answer", "region", "pointer"));
        addColumns(figures, "");
        SIGHT_NAMES.forEach(sight -> addColumns(figures, sight + "_"));
        String[] charted = {"loss", "answer", "full_all", "cut_all"};
        try (TrainingRun run = TrainingRun.of(
                runtime, parameters, RunFolder.options(options, figures.toArray(String[]::new), charted))) {
            run.resume();
            try (Prefetch<ConversationBatch> batches = new Prefetch<>(this::batch, run.sample(), READY)) {
                run.run((sample, scope, found) -> loss(batches.take(sample), sample, scope, found));
            }
        }
        parameters.save(options.folder().resolve(RunFolder.WEIGHTS), StoredType.F32);
    }

    private static void addColumns(List<String> columns, String prefix) {
        columns.add(prefix + "all");
        for (Form form : Form.values()) {
            columns.add(prefix + label(form));
        }
    }

    private static String label(Form form) {
        return form.name().toLowerCase(Locale.ROOT);
    }

    private NDArray loss(ConversationBatch batch, long sample, TensorScope scope, Figures figures) {
        if (options.validates(sample)) {
            validate(scope, figures);
        }
        List<NDArray> results = call(graph.record("converse_loss"), batch, scope);
        float[] parts = results.get(1).toFloatArray();
        figures.add("answer", parts[0]);
        figures.add("region", parts[1]);
        figures.add("pointer", parts[2]);
        addAnswers(figures, "", batch, results.get(2).toLongArray());
        return results.get(0);
    }

    private static void addAnswers(Figures figures, String prefix, ConversationBatch batch, long[] said) {
        List<Boolean> right = batch.right(said);
        for (int i = 0; i < right.size(); i++) {
            double value = right.get(i) ? 1 : 0;
            figures.add(prefix + "all", value);
            figures.add(prefix + label(batch.asked().get(i).form()), value);
        }
    }

    /** Answers about pages, words and faces of the validation split. */
    private void validate(TensorScope scope, Figures figures) {
        for (int sight = 0; sight < SIGHTS.size(); sight++) {
            for (Form form : Form.values()) {
                for (int i = 0; i < VALIDATED_OF_A_FORM; i++) {
                    long seed = label(form).length() * 1_000L + i;
                    // A call is an answer too.
                    ConversationRows rows =
                            ConversationRows.of(maker.make(Split.VALIDATION, form, VALIDATED, seed), form != Form.ZOOM);
                    ConversationBatch batch = ConversationBatch.of(List.of(rows), SIGHTS.get(sight), new Random(seed));
                    try (TensorScope part = scope.openChild()) {
                        long[] said = call(graph.constant("converse_loss"), batch, part)
                                .get(2)
                                .toLongArray();
                        addAnswers(figures, SIGHT_NAMES.get(sight) + "_", batch, said);
                    }
                }
            }
        }
    }

    private List<NDArray> call(RecordedCall call, ConversationBatch batch, TensorScope scope) {
        return call.with(CellSymbols.of(batch.cells()).tensors(scope))
                .with(CellSymbols.parameters(parameters))
                .with(batch.tensors(scope))
                .with(TinyWeights.decoder(parameters))
                .with(size.heads())
                .with(TinyShape.REDUCE_LAYER + 1L)
                .with(options.half())
                .runForList(scope);
    }

    /** The batch of a number: samples of one size of page, cut or not. */
    private ConversationBatch batch(long number) {
        Random random = new Random(options.seed() * 31 + number);
        PageSize page = SIZES.get(random.nextInt(SIZES.size()));
        // Cuts start when there is something to be read.
        boolean cut = number > options.steps() / 10 && random.nextBoolean();
        boolean zooms = random.nextDouble() < ZOOMS;
        List<ConversationRows> samples = new ArrayList<>();
        int count = Math.max(1, ROWS / (page.cellCount() + (zooms ? ROWS_OF_A_ZOOM : WORDS)));
        for (int i = 0; i < count; i++) {
            Form form = zooms ? Form.ZOOM : FORMS.get(random.nextInt(FORMS.size()));
            long seed = SEEDS_PER_BATCH * number + i;
            if (form == Form.QUESTION) {
                List<Conversation> questions = maker.questions(Split.TRAIN, page, seed, QUESTIONS);
                samples.add(ConversationRows.ofQuestions(questions));
            } else {
                Conversation conversation = maker.make(Split.TRAIN, form, page, seed);
                samples.add(ConversationRows.of(conversation, !zooms && (cut || random.nextBoolean())));
            }
        }
        return ConversationBatch.of(samples, cut ? Cut.TRAINED : Cut.NONE, random);
    }

    @Override
    public void close() {
        parameters.close();
        graph.close();
    }
}
