package io.github.glimpse.documents;

import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.documents.PageAnswer.Cost;
import io.github.glimpse.documents.PageAnswerForm.Said;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.PruningReport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions about a folder of documents: finds pages, shows them to a chat model, a few at a time and the best first, until one of
 * them answers, and says where the answer stands. Safe for concurrent use.
 *
 * <pre>{@code
 * PageAnswerer answerer = PageAnswerer.builder(index, new PageTextRetriever(index, 5), chat).build();
 * PageAnswer answer = answerer.answer("What is the total of order Z79?");
 * answer.text(); answer.document(); answer.place();
 * }</pre>
 *
 * <p>Any {@link ChatModel} will do; with Glimpse's the page's picture is pruned by the question, and the kept tokens tell the place.
 */
public final class PageAnswerer {

    private final DocumentIndex index;
    private final ContentRetriever retriever;
    private final ChatModel model;
    private final PageAnswerForm form;
    private final int maxPages;
    private final int pagesAtOnce;
    private final double leastCoverage;
    private final double leastProbability;
    private final @Nullable SecondLook secondLook;
    private final @Nullable PageTiles tiles;

    private PageAnswerer(Builder builder) {
        index = builder.index;
        retriever = builder.retriever;
        model = builder.model;
        form = builder.form;
        maxPages = builder.maxPages;
        tiles = builder.tiles;
        pagesAtOnce = form.isJson() && tiles == null ? builder.pagesAtOnce : 1;
        leastCoverage = builder.leastCoverage;
        leastProbability = builder.leastProbability;
        secondLook = builder.secondLook;
    }

    /** Starts one that asks this model about pages that this retriever finds. */
    public static Builder builder(DocumentIndex index, ContentRetriever retriever, ChatModel model) {
        return new Builder(index, retriever, model);
    }

    /** Answers a question that pages are found by too. */
    public PageAnswer answer(String question) {
        return answer(PageQuestion.of(question));
    }

    /**
     * Answers a question.
     *
     * @throws dev.langchain4j.exception.LangChain4jException if the model fails
     * @throws io.github.glimpse.InvalidDocumentException if a page can no more be rendered
     */
    public PageAnswer answer(PageQuestion question) {
        long start = System.nanoTime();
        List<IndexedPage> pages = retriever.retrieve(Query.from(question.find())).stream()
                .flatMap(content -> index.page(content).stream())
                .filter(page -> leastCoverage <= 0 || isMeant(question.find(), page))
                .limit(maxPages)
                .toList();
        Cost cost = new Cost(0, 0, 0, System.nanoTime() - start, 0);
        for (int from = 0; from < pages.size(); from += pagesAtOnce) {
            PageAnswer answer = answer(question, pages.subList(from, Math.min(pages.size(), from + pagesAtOnce)));
            cost = cost.plus(answer.cost());
            if (answer.found()) {
                return answer.costing(cost);
            }
        }
        return PageAnswer.notFound(cost);
    }

    private boolean isMeant(String query, IndexedPage page) {
        return index.text().coverage(query, page.text()) >= leastCoverage
                || (secondLook != null && secondLook.finds(query, page, leastCoverage));
    }

    /** Answers a question from these pages alone, which go into one request, or each tile of them into one. */
    public PageAnswer answer(PageQuestion question, List<IndexedPage> pages) {
        long start = System.nanoTime();
        List<RenderedPage> rendered = new ArrayList<>();
        for (IndexedPage page : pages) {
            rendered.add(index.folder().page(page));
        }
        Asked asked = tiles == null ? ask(question, pages, rendered) : surest(question, pages, rendered, tiles);
        Cost cost = asked.answer().cost();
        return asked.answer()
                .costing(new Cost(pages.size(), cost.imageTokens(), cost.keptTokens(), 0, System.nanoTime() - start));
    }

    /** An answer, and how likely the model held its least likely token; 0 if it does not say. */
    private record Asked(PageAnswer answer, double sureness) {}

    private Asked surest(
            PageQuestion question, List<IndexedPage> pages, List<RenderedPage> rendered, PageTiles cutting) {
        Cost cost = new Cost(0, 0, 0, 0, 0);
        Asked best = new Asked(PageAnswer.notFound(cost), 0);
        for (int number = 0; number < pages.size(); number++) {
            for (RenderedPage tile : cutting.of(rendered.get(number))) {
                Asked next = ask(question, List.of(pages.get(number)), List.of(tile));
                cost = cost.plus(next.answer().cost());
                boolean isSurer = !best.answer().found() || next.sureness() > best.sureness();
                best = next.answer().found() && isSurer ? next : best;
            }
        }
        return new Asked(best.answer().costing(cost), best.sureness());
    }

    private Asked ask(PageQuestion question, List<IndexedPage> pages, List<RenderedPage> rendered) {
        ChatResponse response = model.chat(request(question, pages, rendered));
        PruningReport report =
                response.metadata() instanceof GlimpseChatResponseMetadata metadata ? metadata.pruning() : null;
        Cost cost = new Cost(
                pages.size(),
                report == null ? 0 : report.imageTokens(),
                report == null ? 0 : report.keptTokens(),
                0,
                0);
        double sureness = sureness(response);
        String text = response.aiMessage().text();
        Said said = form.read(text == null ? "" : text);
        if (!said.found() || said.page() < 1 || said.page() > pages.size() || isUnsure(response)) {
            return new Asked(PageAnswer.notFound(cost), sureness);
        }
        int number = said.page() - 1;
        IndexedPage page = pages.get(number);
        PageMapping mapping = rendered.get(number).mapping();
        Citation place = Citation.of(said, page, mapping, report, number, form.boxes());
        PageAnswer answer = new PageAnswer(
                true,
                said.text(),
                page.document(),
                page.page(),
                place.box(),
                place.source(),
                place.quote(),
                place.verified(),
                report == null
                        ? List.of()
                        : report.images().stream()
                                .filter(unit -> unit.unit().index() == number)
                                .map(unit -> onPage(unit, mapping))
                                .toList(),
                cost);
        return new Asked(answer, sureness);
    }

    /** With its tokens where they lie on the picture of the whole page. */
    private static PruningReport.Image onPage(PruningReport.Image image, PageMapping mapping) {
        PatchPlan plan = image.plan()
                .moved(
                        mapping.part().x1() * mapping.pixelsPerPoint(),
                        mapping.part().y1() * mapping.pixelsPerPoint());
        return new PruningReport.Image(image.unit().on(plan), image.kept(), image.probabilities(), image.imageTokens());
    }

    static double sureness(ChatResponse response) {
        return response.metadata() instanceof GlimpseChatResponseMetadata metadata && metadata.likelihood() != null
                ? metadata.likelihood().leastProbability()
                : 0;
    }

    private boolean isUnsure(ChatResponse response) {
        return leastProbability > 0
                && response.metadata() instanceof GlimpseChatResponseMetadata metadata
                && metadata.likelihood() != null
                && metadata.likelihood().leastProbability() < leastProbability;
    }

    private ChatRequest request(PageQuestion question, List<IndexedPage> pages, List<RenderedPage> rendered) {
        List<Content> contents = new ArrayList<>();
        if (!form.isJson()) {
            contents.add(TextContent.from(question.ask()));
        }
        for (int number = 0; number < pages.size(); number++) {
            if (form.isJson()) {
                contents.add(TextContent.from(
                        "Page " + (number + 1) + " (" + pages.get(number).label() + "):"));
            }
            contents.add(DocumentFolder.content(rendered.get(number).image()));
        }
        ChatRequest.Builder request = ChatRequest.builder();
        if (form.isJson()) {
            contents.add(TextContent.from(form.instruction(pages.size()) + "\n" + question.ask()));
            request.responseFormat(form.format(pages.size()));
        }
        return request.messages(UserMessage.from(contents)).build();
    }

    /** Collects how questions are answered. */
    public static final class Builder {

        private static final int DEFAULT_MAX_PAGES = 3;

        private final DocumentIndex index;
        private final ContentRetriever retriever;
        private final ChatModel model;
        private PageAnswerForm form = PageAnswerForm.json();
        private int maxPages = DEFAULT_MAX_PAGES;
        private int pagesAtOnce = 1;
        private double leastCoverage;
        private double leastProbability;
        private @Nullable SecondLook secondLook;
        private @Nullable PageTiles tiles;

        private Builder(DocumentIndex index, ContentRetriever retriever, ChatModel model) {
            this.index = index;
            this.retriever = retriever;
            this.model = model;
        }

        /** How the model says its answer: JSON by default. */
        public Builder form(PageAnswerForm value) {
            form = value;
            return this;
        }

        /**
         * Most pages that are shown to the model for one question, 3 by default.
         *
         * @throws IllegalArgumentException if below 1
         */
        public Builder maxPages(int value) {
            maxPages = positive("maxPages", value);
            return this;
        }

        /**
         * Pages of one request, 1 by default; always 1 where the form is plain text, which names no page.
         *
         * @throws IllegalArgumentException if below 1
         */
        public Builder pagesAtOnce(int value) {
            pagesAtOnce = positive("pagesAtOnce", value);
            return this;
        }

        /**
         * Leaves out pages whose text has less than this share of the question's words, each weighed by how rare it is; 0 by default,
         * which takes what is found.
         */
        public Builder leastCoverage(double value) {
            leastCoverage = value;
            return this;
        }

        /**
         * Looks again at pages that would be left out for a word that was read on them with a slip or two, by the reader that has read them:
         * they are taken if it gives at least this share to the word of the question. None by default. Counted as finding.
         */
        public Builder secondLook(PageReader reader, double leastShare) {
            secondLook = new SecondLook(index, reader, leastShare);
            return this;
        }

        /**
         * Reads pages that are larger than a model can take in squares of so many pixels, which overlap by half: each is asked by itself, and of
         * the answers that one is taken whose least likely token the model holds the most likely, or the first if it does not say. None by
         * default: a model with room for a page sees it whole. Pages are shown one at a time then.
         *
         * @throws IllegalArgumentException if below 2
         */
        public Builder tiles(int side) {
            tiles = new PageTiles(side);
            return this;
        }

        /** Takes an answer for none if its least likely token has less than this probability; 0 by default, which takes all. */
        public Builder leastProbability(double value) {
            leastProbability = value;
            return this;
        }

        /** Makes it. */
        public PageAnswerer build() {
            return new PageAnswerer(this);
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1, not " + value);
            }
            return value;
        }
    }
}
