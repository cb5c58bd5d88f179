package io.github.glimpse.examples.documents;

import static java.util.Objects.requireNonNull;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.documents.AskingPageReader;
import io.github.glimpse.documents.DocumentFolder;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.DocumentIndexer;
import io.github.glimpse.documents.DocumentVectors;
import io.github.glimpse.documents.PageAnswer;
import io.github.glimpse.documents.PageAnswerForm;
import io.github.glimpse.documents.PageAnswerer;
import io.github.glimpse.documents.PageQuestion;
import io.github.glimpse.documents.PageReader;
import io.github.glimpse.documents.PageRetriever;
import io.github.glimpse.documents.PageTextRetriever;
import io.github.glimpse.documents.PageVectorRetriever;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.EmbeddingOptions;
import io.github.glimpse.embedding.GlimpseEmbeddingModel;
import io.github.glimpse.examples.documents.DrawnPage.Paper;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.hub.ModelSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Indexes documents, answers questions about them, and shows where the answers stand. */
@Command(
        name = "document-rag",
        mixinStandardHelpOptions = true,
        description = "Answers questions about a folder of documents, with page and box.")
public final class DocumentRag implements Callable<Integer> {

    private static final int FOUND = 5;
    /** The whole name of a page: gate Q-7 is no seat Q-7, and the model is asked about the page alone. */
    private static final double LEAST_COVERAGE = 1;

    /** Chosen on pages of other seeds: all 18 codes that were misread had as much, of 321 that merely look alike two had. */
    private static final double LEAST_SHARE = 0.003;

    /** Pixels on a side of the largest picture that the embedded model was taught. */
    private static final int LARGEST = 448;

    /** Pages between two lines of progress. */
    private static final double KEPT_BY_OTHERS = 0.1;
    /** Questions of an evaluation for readers that are only there to compare with. */
    private static final int OF_OTHERS = 300;

    @Option(names = "--documents", description = "Folder of PDF files and pictures; a corpus is drawn if not set")
    private @Nullable Path documents;

    @Option(names = "--out", defaultValue = "target/document-rag", description = "Where corpus, index and pictures go")
    private Path out = Path.of("target/document-rag");

    @Option(names = "--pages", defaultValue = "200", description = "Pages of the drawn corpus")
    private int pages;

    @Option(names = "--seed", defaultValue = "1", description = "Seed of the drawn corpus")
    private long seed;

    @Option(
            names = "--paper",
            defaultValue = "small",
            description = "What the corpus is drawn on: small sheets as large as each drawing, or a4")
    private Paper paper = Paper.SMALL;

    @Option(
            names = "--tiles",
            description = "Pixels of the tiles in which larger pages are read, 0 for none; 448 for the embedded model")
    private @Nullable Integer tiles;

    @Option(names = "--ask", description = "A question, as 'order Z79: What is the total?'; may be given again")
    private List<String> asked = new ArrayList<>();

    @Option(names = "--questions", defaultValue = "5", description = "Known questions that are asked of a drawn corpus")
    private int questions;

    @Option(names = "--evaluate", description = "Print tables of how well known questions are answered")
    private boolean evaluate;

    @Option(names = "--model", description = "Folder, classpath: or hf:owner/name; the embedded model if not set")
    private @Nullable String location;

    @Option(names = "--module", description = "Glimpse module of the model, in the same forms")
    private @Nullable String module;

    @Option(names = "--embedding-model", description = "CLIP or SigLIP: pages are found by it too")
    private @Nullable String embedding;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    private DocumentRag() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments));
    }

    /** Runs the command; errors in what the user gave are a line, not a stack trace. */
    static int run(PrintWriter out, PrintWriter errors, String... arguments) {
        return new CommandLine(new DocumentRag())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(out)
                .setErr(errors)
                .setParameterExceptionHandler((e, given) -> {
                    CommandLine command = e.getCommandLine();
                    command.getErr().println(e.getMessage() + ". --help lists the options.");
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((e, command, result) -> {
                    if (e instanceof GlimpseException
                            || e instanceof LangChain4jException
                            || e instanceof IOException) {
                        command.getErr().println(e.getMessage());
                        return 1;
                    }
                    throw e;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter console = requireNonNull(spec).commandLine().getOut();
        List<KnownQuestion> known = List.of();
        Path folder = documents;
        if (folder != null && !Files.isDirectory(folder)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'" + folder + "' (" + folder.toAbsolutePath().normalize()
                            + ") is no folder; give a folder of PDF files and images by --documents");
        }
        if (folder == null) {
            folder = out.resolve("documents");
            known = Corpus.draw(folder, pages, seed, paper);
            console.println("Drawn     " + pages + " pages in " + folder);
        }
        try (ModelSource model = ModelSource.openOrEmbedded(location);
                ModelSource pruning = ModelSource.openModuleFor(location, module);
                LoadedModel engine = LoadedModel.load(options(model, pruning));
                ModelSource vectors = embedding == null ? null : ModelSource.open(embedding);
                EmbeddingEngine encoder = vectors == null
                        ? null
                        : EmbeddingEngine.load(
                                EmbeddingOptions.builder(vectors.directory()).build())) {
            ChatModel chat = GlimpseChatModel.builder().model(engine).build();
            EmbeddingModel embeddings = encoder == null
                    ? new TrigramEmbeddingModel()
                    : GlimpseEmbeddingModel.builder().engine(encoder).build();
            PageReader reader = reader(chat);
            DocumentIndex index = index(folder, out.resolve("pages.index"), reader, embeddings, console);
            Map<String, ContentRetriever> finders = finders(index, embeddings);
            ContentRetriever finder = requireNonNull(finders.get(best()));
            if (evaluate && !known.isEmpty()) {
                evaluate(
                        known.subList(0, Math.min(known.size(), questions)),
                        engine,
                        reader,
                        index,
                        finders,
                        embeddings,
                        console);
                return 0;
            }
            PageAnswerer answerer =
                    answering(PageAnswerer.builder(index, finder, chat), reader).build();
            for (PageQuestion question : questions(known)) {
                answer(answerer, index, question, console);
            }
            return 0;
        }
    }

    private void evaluate(
            List<KnownQuestion> some,
            LoadedModel engine,
            PageReader reader,
            DocumentIndex index,
            Map<String, ContentRetriever> finders,
            EmbeddingModel embeddings,
            PrintWriter console)
            throws IOException {
        EvaluationTables tables = new EvaluationTables(console);
        Evaluation evaluation = new Evaluation(index, some);
        tables.found(EvaluationTables.DRAWN, evaluation.finding(finders));
        tables.beginReaders();
        Map<String, ChatModel> readers = readers(engine);
        if (paper == Paper.A4) {
            readers.keySet().retainAll(Set.of("glimpse"));
        }
        readers.forEach((name, model) -> tables.read(
                EvaluationTables.DRAWN,
                evaluation.answering(
                        name,
                        model,
                        requireNonNull(finders.get(best())),
                        builder -> answering(builder, reader),
                        name.equals("glimpse") || name.equals("no pruning") ? some.size() : OF_OTHERS)));
        if (paper == Paper.SMALL) {
            evaluateBlanks(some, engine, reader, embeddings, tables, console);
        }
        Path report = out.resolve("evaluation.html");
        String about = String.format(
                Locale.ROOT,
                "%d pages drawn with seed %d, %d questions; %d bytes of index a page, of which %d are vectors",
                index.pages().size(),
                seed,
                some.size(),
                Files.size(out.resolve("pages.index")) / index.pages().size(),
                vectorBytes(index));
        tables.write(report, about + ".");
        console.println();
        console.println(about);
        console.println("Report    " + report);
    }

    /** The same files without their pictures. */
    private void evaluateBlanks(
            List<KnownQuestion> some,
            LoadedModel engine,
            PageReader reader,
            EmbeddingModel embeddings,
            EvaluationTables tables,
            PrintWriter console)
            throws IOException {
        Path blank = out.resolve("blank");
        Corpus.drawBlank(blank, pages, seed, paper);
        ChatModel chat = GlimpseChatModel.builder().model(engine).build();
        DocumentIndex blanks = index(blank, out.resolve("blank.index"), reader, embeddings, console);
        Evaluation onBlank = new Evaluation(blanks, some);
        Map<String, ContentRetriever> blankFinders = finders(blanks, embeddings);
        tables.found("blanked", onBlank.finding(blankFinders));
        tables.beginReaders();
        tables.read(
                "blanked",
                onBlank.answering(
                        "glimpse",
                        chat,
                        requireNonNull(blankFinders.get(best())),
                        builder -> answering(builder, reader),
                        OF_OTHERS));
    }

    private static long vectorBytes(DocumentIndex index) {
        return index.pages().stream()
                        .flatMap(page -> page.vectors().stream())
                        .mapToLong(vector -> (long) Float.BYTES * vector.vector().length)
                        .sum()
                / Math.max(1, index.pages().size());
    }

    static EngineOptions options(ModelSource model, @Nullable ModelSource pruning) {
        EngineOptions.Builder options = EngineOptions.builder(model.directory());
        return pruning == null
                ? options.build()
                : options.module(pruning.directory()).build();
    }

    /** Vectors of trigrams are there to be compared with: they add nothing to the text that they are made of. */
    private String best() {
        return embedding == null ? "text" : "fused";
    }

    private PageReader reader(ChatModel chat) {
        AskingPageReader reader = location == null
                ? new AskingPageReader(chat, Corpus.questionsForCodes(), Vocabulary.REFUSAL, Vocabulary.UNREADABLE)
                : new AskingPageReader(chat, Map.of("says", "What does this page say?"), "");
        return side() == 0 ? reader : reader.tiles(side());
    }

    private int side() {
        return tiles != null ? tiles : location == null ? LARGEST : 0;
    }

    private DocumentIndex index(
            Path folder, Path file, PageReader reader, EmbeddingModel embeddings, PrintWriter console)
            throws IOException {
        long start = System.nanoTime();
        console.println("Indexing  " + folder);
        console.flush();
        IndexProgress progress = new IndexProgress(console, System::nanoTime);
        DocumentIndexer.Builder indexer =
                DocumentIndexer.builder().reader(reader).listener(progress);
        DocumentIndex index = (embedding == null
                        ? indexer.textEmbeddingModel(embeddings)
                        : indexer.embeddingModel(embeddings))
                .build()
                .index(new DocumentFolder(folder), file);
        console.printf(
                Locale.ROOT,
                "Indexed   %d pages, %d of them now, in %.1f s%n",
                index.pages().size(),
                progress.pages(),
                (System.nanoTime() - start) / 1e9);
        index.errors().forEach(row -> console.println("Error     " + row.error()));
        return index;
    }

    private static Map<String, ContentRetriever> finders(DocumentIndex index, EmbeddingModel embeddings) {
        ContentRetriever text = new PageTextRetriever(index, FOUND);
        EmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
        DocumentVectors.fill(store, index);
        ContentRetriever vectors = new PageVectorRetriever(index, embeddings, store, FOUND);
        Map<String, ContentRetriever> finders = new LinkedHashMap<>();
        finders.put("text", text);
        finders.put("vectors", vectors);
        finders.put("fused", new PageRetriever(List.of(text, vectors), FOUND));
        return finders;
    }

    /** The embedded model answers in plain text and was never taught to write records. */
    private PageAnswerer.Builder answering(PageAnswerer.Builder builder, PageReader reader) {
        if (side() > 0) {
            builder.tiles(side());
        }
        return location == null
                ? builder.form(PageAnswerForm.plain(Vocabulary.REFUSAL, Vocabulary.UNREADABLE))
                        .leastCoverage(LEAST_COVERAGE)
                        .secondLook(reader, LEAST_SHARE)
                        .maxPages(1)
                : builder;
    }

    private static Map<String, ChatModel> readers(LoadedModel engine) {
        Map<String, ChatModel> readers = new LinkedHashMap<>();
        readers.put("glimpse", GlimpseChatModel.builder().model(engine).build());
        readers.put("no pruning", reader(engine, "none"));
        readers.put("random", reader(engine, "random"));
        readers.put("grid", reader(engine, "grid"));
        readers.put("down-sample", reader(engine, "down-sample"));
        return readers;
    }

    private static ChatModel reader(LoadedModel engine, String strategy) {
        GlimpseChatRequestParameters.Builder parameters =
                GlimpseChatRequestParameters.builder().pruningStrategy(strategy);
        return GlimpseChatModel.builder()
                .model(engine)
                .defaultRequestParameters(
                        strategy.equals("none")
                                ? parameters.build()
                                : parameters
                                        .pruningRetentionRatio(KEPT_BY_OTHERS)
                                        .build())
                .build();
    }

    private List<PageQuestion> questions(List<KnownQuestion> known) {
        List<PageQuestion> all = new ArrayList<>();
        asked.forEach(text -> all.add(KnownQuestion.parse(text)));
        if (asked.isEmpty()) {
            known.stream().limit(questions).forEach(question -> all.add(question.question()));
        }
        return all;
    }

    private void answer(PageAnswerer answerer, DocumentIndex index, PageQuestion question, PrintWriter console)
            throws IOException {
        PageAnswer answer = answerer.answer(question);
        console.println();
        console.println("Question  "
                + (question.find().equals(question.ask()) ? question.ask() : question.find() + ": " + question.ask()));
        console.println("Answer    " + (answer.found() ? answer.text() : "not found"));
        if (answer.found()) {
            console.println("Document  " + answer.document());
            console.println("Place     from " + answer.source().name().toLowerCase(Locale.ROOT)
                    + (answer.verified() ? ", verified by the text layer" : ""));
            Path picture = out.resolve(answer.document().replaceAll("[^A-Za-z0-9.-]", "-") + "-page-" + answer.page()
                    + "-" + Integer.toHexString(question.ask().hashCode()) + ".png");
            PagePicture.write(picture, index.folder().page(answer.document(), answer.page()), answer);
            console.println("Picture   " + picture);
        }
        PageAnswer.Cost cost = answer.cost();
        console.printf(
                Locale.ROOT,
                "Cost      %d pages read, %d of %d image tokens kept, %.0f ms to find, %.0f ms to read%n",
                cost.pages(),
                cost.keptTokens(),
                cost.imageTokens(),
                cost.findNanos() / 1e6,
                cost.readNanos() / 1e6);
        console.println(answer.place());
    }
}
