package io.github.glimpse.examples.documents;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.IndexedPage;
import io.github.glimpse.documents.PageAnswer;
import io.github.glimpse.documents.PageAnswerer;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Asks known questions and prints how many were found, answered and cited right. */
final class Evaluation {

    private static final int FIRST = 5;

    private final DocumentIndex index;
    private final List<KnownQuestion> questions;
    private final PrintWriter out;

    Evaluation(DocumentIndex index, List<KnownQuestion> questions, PrintWriter out) {
        this.index = index;
        this.questions = questions;
        this.out = out;
    }

    /** How well pages are found, for those with a text layer and those without. */
    void finding(Map<String, ContentRetriever> retrievers) {
        out.println();
        out.println("| finder | text layer | questions | recall@1 | recall@5 | nDCG@5 |");
        out.println("|---|---|---|---|---|---|");
        retrievers.forEach((name, retriever) -> {
            for (boolean hasText : new boolean[] {true, false}) {
                int all = 0;
                int first = 0;
                int firstFive = 0;
                double gain = 0;
                for (KnownQuestion known : questions) {
                    if (known.answer() != null && known.hasText() == hasText) {
                        int rank = rank(retriever, known);
                        all++;
                        first += rank == 1 ? 1 : 0;
                        firstFive += rank > 0 ? 1 : 0;
                        gain += rank > 0 ? Math.log(2) / Math.log(rank + 1) : 0;
                    }
                }
                out.printf(
                        Locale.ROOT,
                        "| %s | %s | %d | %s | %s | %.3f |%n",
                        name,
                        hasText ? "yes" : "no",
                        all,
                        percent(first, all),
                        percent(firstFive, all),
                        all == 0 ? 0 : gain / all);
            }
        });
        out.flush();
    }

    private int rank(ContentRetriever retriever, KnownQuestion known) {
        List<IndexedPage> found = retriever.retrieve(Query.from(known.question().find())).stream()
                .flatMap(content -> index.page(content).stream())
                .limit(FIRST)
                .toList();
        for (int rank = 1; rank <= found.size(); rank++) {
            IndexedPage page = found.get(rank - 1);
            if (page.document().equals(known.document()) && page.page() == known.page()) {
                return rank;
            }
        }
        return 0;
    }

    /**
     * How well questions are answered, by models that prune in several ways.
     *
     * @param options of the answerer, the same for all
     */
    void answering(
            Map<String, ChatModel> models, ContentRetriever retriever, UnaryOperator<PageAnswerer.Builder> options) {
        out.println();
        out.println("| reader | answered right | right page given | box hit | refused | tokens kept | ms a question |");
        out.println("|---|---|---|---|---|---|---|");
        models.forEach((name, model) -> answering(
                name,
                options.apply(PageAnswerer.builder(index, retriever, model)).build()));
        out.flush();
    }

    private void answering(String name, PageAnswerer answerer) {
        int answerable = 0;
        int right = 0;
        int given = 0;
        int hit = 0;
        int inVain = 0;
        int refused = 0;
        long tokens = 0;
        long kept = 0;
        long start = System.nanoTime();
        for (KnownQuestion known : questions) {
            PageAnswer answer = answerer.answer(known.question());
            tokens += answer.cost().imageTokens();
            kept += answer.cost().keptTokens();
            if (known.answer() == null) {
                inVain++;
                refused += answer.found() ? 0 : 1;
                continue;
            }
            answerable++;
            boolean isRight = isRight(answer, known);
            right += isRight ? 1 : 0;
            hit += isRight
                            && known.box() != null
                            && answer.box() != null
                            && known.box().holdsMiddleOf(answer.box())
                    ? 1
                    : 0;
        }
        double millis = (System.nanoTime() - start) / 1e6 / Math.max(1, questions.size());
        for (KnownQuestion known : questions) {
            if (known.answer() != null) {
                IndexedPage page = index.page(known.document(), known.page()).orElseThrow();
                given += isRight(answerer.answer(known.question(), List.of(page)), known) ? 1 : 0;
            }
        }
        out.printf(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %.0f |%n",
                name,
                percent(right, answerable),
                percent(given, answerable),
                percent(hit, right),
                percent(refused, inVain),
                percent(kept, tokens),
                millis);
        out.flush();
    }

    private static boolean isRight(PageAnswer answer, KnownQuestion known) {
        return answer.found()
                && answer.text().equals(known.answer())
                && answer.document().equals(known.document())
                && answer.page() == known.page();
    }

    private static String percent(long part, long all) {
        return all == 0 ? "-" : String.format(Locale.ROOT, "%.1f", 100.0 * part / all);
    }
}
