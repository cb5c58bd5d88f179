package io.github.glimpse.examples.documents;

import static java.util.Objects.requireNonNull;

import io.github.glimpse.documents.PageBox;
import io.github.glimpse.documents.PageQuestion;
import io.github.glimpse.examples.documents.DrawnPage.Line;
import io.github.glimpse.examples.documents.DrawnPage.Paper;
import io.github.glimpse.examples.documents.DrawnPage.Sheet;
import io.github.glimpse.examples.tiny.drawing.Box;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.DrawingRequest;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Family;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Phrasings;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * PDF files of scanned receipts, orders, tickets and forms, of bar charts, and of running text, drawn from a seed. Scans and charts are of
 * the world that the embedded model reads; of the text nothing is asked. Every second scan has a text layer under it; a chart always has one,
 * whose caption alone says which chart it is. Each page has a code that no other page has, by which it is asked for.
 */
final class Corpus {

    /** Keys whose values are codes: pages are told apart by them. */
    static final List<String> CODES = List.of(
            "order", "parcel", "flight", "gate", "seat", "room", "ticket", "invoice", "model", "serial", "batch",
            "locker");

    private static final int PAGES_OF_A_FILE = 5;
    /** Of so many pages one is a chart, and one is text. */
    private static final int ROUND = 8;

    private static final int CHART = 3;
    private static final int TEXT = 6;
    private static final int LEAST_CODE = 3;
    private static final int LINES_OF_TEXT = 14;
    private static final int WORDS_OF_A_LINE = 5;
    private static final List<String> WORDS = List.of(
            "the", "a", "of", "order", "parcel", "room", "paid", "total", "late", "when", "was", "not", "price", "sent",
            "with", "flight", "seat", "report", "year", "each", "invoice", "tax", "date", "new", "model");
    private static final int IN_VAIN_EACH = 5;

    private final long seed;
    private final Paper paper;
    private final boolean isBlank;
    private final Set<String> used = new HashSet<>();
    /** All that any page says. */
    private final Set<String> drawn = new HashSet<>();

    private final List<KnownQuestion> questions = new ArrayList<>();

    private Corpus(long seed, Paper paper, boolean isBlank) {
        this.seed = seed;
        this.paper = paper;
        this.isBlank = isBlank;
    }

    /**
     * Draws pages into a folder: the same seed gives the same pages and questions.
     *
     * @return what can be asked, in an order of its own
     */
    static List<KnownQuestion> draw(Path folder, int pages, long seed, Paper paper) throws IOException {
        return draw(folder, pages, seed, paper, false);
    }

    /** The same pages and questions with blank pictures, to see what the text layers alone give. */
    static List<KnownQuestion> drawBlank(Path folder, int pages, long seed, Paper paper) throws IOException {
        return draw(folder, pages, seed, paper, true);
    }

    private static List<KnownQuestion> draw(Path folder, int pages, long seed, Paper paper, boolean isBlank)
            throws IOException {
        Corpus corpus = new Corpus(seed, paper, isBlank);
        Files.createDirectories(folder);
        List<DrawnPage> drawn = corpus.pages(pages);
        drawn.forEach(page -> {
            corpus.drawn.add(page.code());
            page.lines().forEach(line -> corpus.drawn.add(line.code()));
        });
        for (int from = 0; from < pages; from += PAGES_OF_A_FILE) {
            String name = String.format(Locale.ROOT, "scans-%03d.pdf", from / PAGES_OF_A_FILE + 1);
            corpus.write(folder.resolve(name), name, drawn.subList(from, Math.min(pages, from + PAGES_OF_A_FILE)));
        }
        new Dice(seed).shuffle(corpus.questions);
        return List.copyOf(corpus.questions);
    }

    private List<DrawnPage> pages(int count) {
        List<DrawnPage> pages = new ArrayList<>();
        Dice sizes = new Dice(Dice.mix(seed));
        for (long number = 1_000_000 * seed; pages.size() < count; number++) {
            PageSize size = sizes.pick(PageSize.ALL);
            switch (pages.size() % ROUND) {
                case CHART -> pages.add(chart(size, number));
                case TEXT -> pages.add(text(number));
                default -> scan(size, number).ifPresent(pages::add);
            }
        }
        return pages;
    }

    private Optional<DrawnPage> scan(PageSize size, long number) {
        Drawing drawing = Studio.draw(new DrawingRequest(Split.TEST, FacePool.SEEN, Family.DOC, size, number));
        List<Line> lines = drawing.questions().stream()
                .filter(question -> question.kind() == QuestionKind.DOC)
                .map(Corpus::line)
                .toList();
        return lines.stream()
                .filter(line -> CODES.contains(line.key()) && line.value().length() >= LEAST_CODE)
                .filter(line -> lines.size() > 1 && used.add(line.code()))
                .findFirst()
                .map(code -> new DrawnPage(drawing, lines, code.code(), List.of()));
    }

    /** A letter and the number above it are a line. */
    private DrawnPage chart(PageSize size, long number) {
        Drawing drawing = Studio.draw(new DrawingRequest(Split.TEST, FacePool.SEEN, Family.CHART, size, number));
        List<Line> lines = drawing.questions().stream()
                .filter(question -> question.kind() == QuestionKind.BAR)
                .map(question -> {
                    String letter = letter(question.text());
                    Box one = question.evidence().get(0);
                    Box other = question.evidence().get(1);
                    return one.top() > other.top()
                            ? new Line(letter, question.answer(), question, one, other)
                            : new Line(letter, question.answer(), question, other, one);
                })
                .toList();
        return new DrawnPage(drawing, lines, code("chart", new Dice(Dice.mix(number))), List.of());
    }

    /** The last word of one letter. */
    private static String letter(String question) {
        String letter = "";
        for (String word : question.split("[^A-Za-z]+", -1)) {
            letter = word.length() == 1 ? word.toUpperCase(Locale.ROOT) : letter;
        }
        return letter;
    }

    private DrawnPage text(long number) {
        Dice dice = new Dice(Dice.mix(number));
        List<String> sentences = new ArrayList<>();
        String code = code("article", dice);
        sentences.add(code);
        for (int line = 0; line < LINES_OF_TEXT; line++) {
            StringBuilder sentence = new StringBuilder();
            for (int word = 0; word < WORDS_OF_A_LINE; word++) {
                sentence.append(word == 0 ? "" : " ").append(dice.pick(WORDS));
            }
            sentences.add(sentence.toString());
        }
        return new DrawnPage(null, List.of(), code, sentences);
    }

    private String code(String name, Dice dice) {
        String code;
        do {
            code = name + " " + (char) ('A' + dice.below(26)) + dice.between(10, 99) + (char) ('A' + dice.below(26));
        } while (!used.add(code));
        return code;
    }

    private static Line line(Question question) {
        List<String> words = List.of(question.text().toLowerCase(Locale.ROOT).split("[^a-z]+"));
        String key = Phrasings.places().getOrDefault("key", List.of()).stream()
                .filter(words::contains)
                .findFirst()
                .orElseThrow();
        Box label = question.evidence().get(0);
        return new Line(
                key, question.answer(), question, label, question.evidence().get(1));
    }

    private void write(Path file, String name, List<DrawnPage> pages) throws IOException {
        try (PDDocument document = new PDDocument()) {
            for (int number = 1; number <= pages.size(); number++) {
                DrawnPage page = pages.get(number - 1);
                boolean hasText = page.isChart() || ((number % 2 == 1) ^ (name.hashCode() % 2 == 0));
                Sheet sheet =
                        page.sheet(paper, new Dice(Dice.mix(seed + page.code().hashCode())));
                page.addTo(document, sheet, hasText, isBlank);
                if (page.drawing() != null) {
                    ask(page, sheet, name, number, hasText);
                }
            }
            // without it the file would say when it was made, and be indexed anew
            document.setDocumentId(Dice.mix(seed + name.hashCode()));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            document.save(bytes);
            Files.write(file, bytes.toByteArray());
        }
    }

    /** What the page answers, and, on every fifth page, what it does not, and what no page is found for. */
    private void ask(DrawnPage page, Sheet sheet, String name, int number, boolean hasText) {
        String code = page.code();
        for (Line line : page.lines()) {
            if (!line.code().equals(code)) {
                Box box = line.keyBox().union(line.valueBox());
                questions.add(new KnownQuestion(
                        new PageQuestion(code, line.question().text()),
                        line.value(),
                        name,
                        number,
                        points(box, sheet),
                        hasText,
                        false));
            }
        }
        if (number % IN_VAIN_EACH == 0) {
            requireNonNull(page.drawing()).questions().stream()
                    .filter(question -> question.kind() == QuestionKind.UNANSWERABLE)
                    .limit(1)
                    .forEach(question -> questions.add(new KnownQuestion(
                            new PageQuestion(code, question.text()), null, name, number, null, hasText, false)));
            String[] parts = code.split(" ", 2);
            String strange = "XQ" + parts[1].replaceAll("[^A-Z0-9]", "") + "X";
            String ask = page.lines().get(0).question().text();
            questions.add(new KnownQuestion(
                    new PageQuestion(parts[0] + " " + strange, ask), null, name, 0, null, hasText, false));
            questions.add(new KnownQuestion(new PageQuestion(almost(code), ask), null, name, 0, null, hasText, true));
        }
    }

    /** A code that no page has and that differs from this one in its last character alone. */
    private String almost(String code) {
        int place = code.length() - 1;
        boolean isDigit = Character.isDigit(code.charAt(place));
        char first = isDigit ? '0' : 'A';
        int count = isDigit ? 10 : 26;
        int step = new Dice(Dice.mix(seed + code.hashCode())).between(1, count - 1);
        String almost;
        do {
            almost = code.substring(0, place) + (char) (first + (code.charAt(place) - first + step++) % count);
        } while (drawn.contains(almost));
        return almost;
    }

    private static PageBox points(Box box, Sheet sheet) {
        return new PageBox(
                sheet.left() + box.left() * DrawnPage.POINTS_PER_PIXEL,
                sheet.top() + box.top() * DrawnPage.POINTS_PER_PIXEL,
                sheet.left() + box.right() * DrawnPage.POINTS_PER_PIXEL,
                sheet.top() + box.bottom() * DrawnPage.POINTS_PER_PIXEL);
    }

    /** Questions that a reader of single pages asks of each page, to know its codes. */
    static Map<String, String> questionsForCodes() {
        Map<String, String> questions = new LinkedHashMap<>();
        CODES.forEach(code -> questions.put(code, "What is the " + code + "?"));
        return questions;
    }
}
