package io.github.glimpse.documents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import io.github.glimpse.InvalidDocumentException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Tools for agents that work with documents: {@code search_pages(query)} tells which pages there are, {@code open_page(document, page)}
 * shows one. {@link io.github.glimpse.chat.ZoomTool} shows parts of what was opened at full resolution.
 *
 * <p>What cannot be shown is told to the model as the tool's result. Safe for concurrent use.
 */
public final class PageTools {

    /** Name of the tool that finds pages. */
    public static final String SEARCH = "search_pages";

    /** Name of the tool that shows a page. */
    public static final String OPEN = "open_page";

    private static final int SNIPPET = 160;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final DocumentIndex index;
    private final ContentRetriever retriever;

    /** Finds pages by this retriever. */
    public PageTools(DocumentIndex index, ContentRetriever retriever) {
        this.index = index;
        this.retriever = retriever;
    }

    /** Both tools as a request offers them. */
    public List<ToolSpecification> specifications() {
        return List.of(
                ToolSpecification.builder()
                        .name(SEARCH)
                        .description("Finds pages of the documents. Tells document, page and the beginning of its text")
                        .parameters(JsonObjectSchema.builder()
                                .addProperty("query", new JsonStringSchema())
                                .required("query")
                                .build())
                        .build(),
                ToolSpecification.builder()
                        .name(OPEN)
                        .description("Shows a page of a document as a picture. Pages count from 1")
                        .parameters(JsonObjectSchema.builder()
                                .addProperty("document", new JsonStringSchema())
                                .addProperty("page", new JsonIntegerSchema())
                                .required("document", "page")
                                .build())
                        .build());
    }

    /** Runs a call of one of the tools. */
    public ToolExecutionResultMessage execute(ToolExecutionRequest call) {
        List<Content> contents = contents(call.name(), Objects.requireNonNullElse(call.arguments(), ""));
        return ToolExecutionResultMessage.builder()
                .id(call.id())
                .toolName(call.name())
                .contents(contents)
                .build();
    }

    /**
     * What a call shows, for executors of another kind.
     *
     * @param tool its name
     * @param arguments of the call, JSON
     */
    public List<Content> contents(String tool, String arguments) {
        JsonNode values;
        try {
            values = JSON.readTree(arguments);
        } catch (JsonProcessingException e) {
            return told("The arguments are no JSON object");
        }
        return switch (tool) {
            case SEARCH -> told(search(values.path("query").asText()));
            case OPEN ->
                open(values.path("document").asText(), values.path("page").asInt(1));
            default -> told("There is no tool " + tool);
        };
    }

    private String search(String query) {
        String found = query.isBlank()
                ? ""
                : retriever.retrieve(Query.from(query)).stream()
                        .flatMap(content -> index.page(content).stream())
                        .map(page -> page.document() + ", page " + page.page() + ": " + snippet(page.text()))
                        .collect(Collectors.joining("\n"));
        return found.isEmpty() ? "No page was found" : found;
    }

    private static String snippet(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= SNIPPET ? line : line.substring(0, SNIPPET) + " …";
    }

    private List<Content> open(String document, int page) {
        Optional<IndexedPage> known = index.page(document, page);
        if (known.isEmpty()) {
            return told("There is no page " + page + " of '" + document + "'; search_pages tells which there are");
        }
        try {
            return index.folder().contents(known.get());
        } catch (InvalidDocumentException e) {
            return told("The page cannot be shown: " + e.getMessage());
        }
    }

    private static List<Content> told(String text) {
        return List.of(TextContent.from(text));
    }
}
