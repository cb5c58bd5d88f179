package io.github.glimpse.examples.documents;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import io.github.glimpse.documents.DocumentIndex;
import io.github.glimpse.documents.IndexedPage;
import io.github.glimpse.documents.PageAnswer;
import io.github.glimpse.documents.PageAnswerer;
import io.github.glimpse.eval.Metric;
import io.github.glimpse.eval.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Asks known questions and counts how many were found, answered and cited right. */
final class Evaluation {

    private static final int FIRST = 5;

    private final DocumentIndex index;
    private final List<KnownQuestion> questions;
    private final Metric similarity = Metrics.discover().get("anls");

    Evaluation(DocumentIndex index, List<KnownQuestion> questions) {
        this.index = index;
        this.questions = questions;
    }

    /** How well pages are found, for those with a text layer and those without. */
    List<Findings> finding(Map<String, ContentRetriever> retrievers) {
        List<Findings> all = new ArrayList<>();
        retrievers.forEach((name, retriever) -> {
            for (boolean hasText : new boolean[] {true, false}) {
                Findings findings = new Findings(name, hasText, 0, 0, 0, 0);
                for (KnownQuestion known : questions) {
                    if (known.answer() != null && known.hasText() == hasText) {
                        findings = findings.and(rank(retriever, known));
                    }
                }
                all.add(findings);
            }
        });
        return all;
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
     * How well a model answers.
     *
     * @param options of the answerer
     * @param most questions that it is asked, the first of them
     */
    Readings answering(
            String name,
            ChatModel model,
            ContentRetriever retriever,
            UnaryOperator<PageAnswerer.Builder> options,
            int most) {
        PageAnswerer answerer =
                options.apply(PageAnswerer.builder(index, retriever, model)).build();
        Readings readings = Readings.none(name);
        for (KnownQuestion known : questions.subList(0, Math.min(most, questions.size()))) {
            PageAnswer answer = answerer.answer(known.question());
            if (known.answer() == null) {
                readings = readings.andInVain(answer, known.isAlmost());
                continue;
            }
            boolean isRight = isRight(answer, known);
            boolean isHit = isRight
                    && known.box() != null
                    && answer.box() != null
                    && known.box().holdsMiddleOf(answer.box());
            double anls = answer.found() ? similarity.score(answer.text(), List.of(known.answer())) : 0;
            readings = readings.and(answer, isRight, isRight || isRightWhenGiven(answerer, answer, known), anls, isHit);
        }
        return readings;
    }

    /** Asked of the right page alone the model says the same again, so it is asked only where that page was not the one it answered from. */
    private boolean isRightWhenGiven(PageAnswerer answerer, PageAnswer answer, KnownQuestion known) {
        boolean wasGiven = answer.found() && isFrom(answer, known);
        IndexedPage page = index.page(known.document(), known.page()).orElseThrow();
        return !wasGiven && isRight(answerer.answer(known.question(), List.of(page)), known);
    }

    private static boolean isFrom(PageAnswer answer, KnownQuestion known) {
        return answer.document().equals(known.document()) && answer.page() == known.page();
    }

    private static boolean isRight(PageAnswer answer, KnownQuestion known) {
        return answer.found() && answer.text().equals(known.answer()) && isFrom(answer, known);
    }
}
