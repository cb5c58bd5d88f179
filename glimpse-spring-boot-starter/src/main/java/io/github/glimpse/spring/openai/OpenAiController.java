package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import io.github.glimpse.chat.SenderSignal;
import io.github.glimpse.generate.CancellationSignal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.util.UriUtils;

/**
 * The paths below {@code /v1} that clients of OpenAI's API know. Bodies are read and written by this package alone, so that the
 * application's converters, advices and limits have no part in them.
 */
@Controller
public final class OpenAiController implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenAiController.class);
    static final String CHAT = "/v1/chat/completions";
    static final String RESPONSES = "/v1/responses";
    static final String EMBEDDINGS = "/v1/embeddings";
    static final String MODELS = "/v1/models";
    static final String MODEL = "/v1/models/";
    private static final String UNNAMED = "glimpse";
    private static final String STREAM = OpenAiController.class.getName() + ".STREAM";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Models models;
    private final OpenAiOptions options;
    private final Refusal.Lookup refusals;
    private final RequestGuard guard;
    private final RequestBody bodies;
    private final KeepAlive keepAlive;
    private final ClientWatch clients = new ClientWatch();
    private final long created = Instant.now().getEpochSecond();

    /**
     * What answers.
     *
     * @param chat null without a chat model
     * @param streaming null without a chat model
     * @param embedding null without an embedding model
     */
    public record Models(
            @Nullable ChatModel chat,
            @Nullable StreamingChatModel streaming,
            @Nullable EmbeddingModel embedding) {}

    /**
     * Serves these models.
     *
     * @param refusals tells what their errors are to a client
     */
    public OpenAiController(Models models, OpenAiOptions options, Refusal.Lookup refusals) {
        this.models = models;
        this.options = options;
        this.refusals = refusals;
        BodyAdmission admission = new BodyAdmission(options);
        this.guard = new RequestGuard(options, admission);
        this.bodies = new RequestBody(options, admission, System::nanoTime);
        this.keepAlive = new KeepAlive(options.keepAlive());
    }

    /** Ends the comments in silences and the probes of connections. */
    @Override
    public void close() {
        keepAlive.close();
        clients.close();
    }

    @GetMapping(MODELS)
    void models(HttpServletRequest request, HttpServletResponse response) throws IOException {
        guard.check(request);
        ObjectNode body = NODES.objectNode().put("object", "list");
        ArrayNode data = body.putArray("data");
        Stream.of(Optional.ofNullable(chatName()), Optional.ofNullable(embeddingName()))
                .flatMap(Optional::stream)
                .distinct()
                .map(this::model)
                .forEach(data::add);
        JsonResponse.write(response, HttpServletResponse.SC_OK, body);
    }

    /** Names may have slashes, which no path variable has in every application. */
    @GetMapping(MODEL + "**")
    void model(HttpServletRequest request, HttpServletResponse response) throws IOException {
        guard.check(request);
        String path = request.getRequestURI();
        String name = UriUtils.decode(path.substring(path.indexOf(MODEL) + MODEL.length()), StandardCharsets.UTF_8);
        if (!name.equals(chatName()) && !name.equals(embeddingName())) {
            throw noModel(name);
        }
        JsonResponse.write(response, HttpServletResponse.SC_OK, model(name));
    }

    /** Null for an answer in one piece, which is written already. */
    @PostMapping(CHAT)
    @Nullable
    SseEmitter chat(HttpServletRequest request, HttpServletResponse response) throws IOException {
        return answer(request, response, CompletionRequest::read);
    }

    /** Null for an answer in one piece, which is written already. */
    @PostMapping(RESPONSES)
    @Nullable
    SseEmitter respond(HttpServletRequest request, HttpServletResponse response) throws IOException {
        return answer(request, response, ResponsesRequest::read);
    }

    private @Nullable SseEmitter answer(
            HttpServletRequest request, HttpServletResponse response, ApiRequest.Reader reader) throws IOException {
        RequestGuard.Place place = guard.enter(request);
        boolean handedOn = false;
        try {
            ApiRequest asked = reader.read(bodies.read(request, place), place.caller(), options);
            ChatCall call = asked.call();
            String name = checked(call.model(), chatName());
            if (call.streamed()) {
                SseEmitter emitter = stream(asked, name, place, response);
                request.setAttribute(STREAM, true);
                handedOn = true;
                return emitter;
            }
            ChatModel model = models.chat();
            if (model == null) {
                throw noModel(name);
            }
            ChatResponse answer = clients.during(request, () -> model.chat(call.request()));
            place.close();
            JsonResponse.write(response, HttpServletResponse.SC_OK, asked.whole(name, answer));
            return null;
        } finally {
            if (!handedOn) {
                place.close();
            }
        }
    }

    /** Any other method of these paths: the mappings above name theirs and come first. */
    @RequestMapping({CHAT, RESPONSES, EMBEDDINGS})
    void otherThanPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        refuseMethod(request, response, "POST");
    }

    /** Any other method of this path. Not one mapping with the next: Spring MVC prefers one of which two patterns match. */
    @RequestMapping(MODELS)
    void otherThanGetOfModels(HttpServletRequest request, HttpServletResponse response) throws IOException {
        refuseMethod(request, response, "GET, HEAD");
    }

    /** Any other method of these paths. */
    @RequestMapping(MODEL + "**")
    void otherThanGetOfModel(HttpServletRequest request, HttpServletResponse response) throws IOException {
        refuseMethod(request, response, "GET, HEAD");
    }

    private static void refuseMethod(HttpServletRequest request, HttpServletResponse response, String methods)
            throws IOException {
        response.setHeader(HttpHeaders.ALLOW, methods);
        JsonResponse.write(
                request,
                response,
                OpenAiException.refused(
                        HttpServletResponse.SC_METHOD_NOT_ALLOWED,
                        "method_not_allowed",
                        "The method " + JsonField.abbreviated(request.getMethod())
                                + " is not supported for this path; send " + methods));
    }

    private SseEmitter stream(ApiRequest asked, String name, RequestGuard.Place place, HttpServletResponse response) {
        StreamingChatModel model = models.streaming();
        if (model == null) {
            throw noModel(name);
        }
        CancellationSignal signal = new CancellationSignal();
        ChatStream stream = new ChatStream(asked.events(name), options.timeout(), signal, place, this::known);
        SenderSignal.during(signal, () -> model.chat(asked.call().request(), stream));
        keepAlive.watch(stream);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        // Else a proxy would collect what is meant to come piece by piece.
        response.setHeader("X-Accel-Buffering", "no");
        return stream.emitter();
    }

    @PostMapping(EMBEDDINGS)
    void embeddings(HttpServletRequest request, HttpServletResponse response) throws IOException {
        RequestGuard.Place place = guard.enter(request);
        EmbeddingCall call;
        String name;
        EmbeddingResponse vectors;
        try {
            call = EmbeddingCall.read(bodies.read(request, place));
            name = checked(call.model(), embeddingName());
            EmbeddingModel model = models.embedding();
            if (model == null) {
                throw noModel(name);
            }
            EmbeddingRequest inputs = call.request();
            vectors = clients.during(request, () -> model.embed(inputs));
        } finally {
            place.close();
        }
        JsonResponse.write(response, HttpServletResponse.SC_OK, call.answer(name, vectors));
    }

    /**
     * Of this class, so that it comes before every advice of the application. An error after the response has begun ends the
     * connection: a stream that ended as usual would be taken for a whole answer. Where the container does not show its connections
     * the error of a stream is thrown again for that, which the container logs.
     */
    @ExceptionHandler(Throwable.class)
    void failed(Throwable error, HttpServletRequest request, HttpServletResponse response) throws Throwable {
        if (response.isCommitted() || error instanceof ClientWatch.ClientGoneException) {
            LOG.debug("A request ends without the end of its response", error);
            ClientConnection connection = ClientConnection.of(request);
            if (connection != null) {
                connection.abort();
            } else if (request.getAttribute(STREAM) != null) {
                throw error;
            }
            return;
        }
        if (error instanceof AsyncRequestNotUsableException) {
            return;
        }
        OpenAiException known = known(error);
        response.resetBuffer();
        JsonResponse.write(request, response, known);
    }

    private OpenAiException known(Throwable error) {
        if (error instanceof OpenAiException ours) {
            return ours;
        }
        if (error instanceof AsyncRequestTimeoutException) {
            return OpenAiException.of(new Refusal(504, "The request took too long", null, 0));
        }
        return refusals.of(error).map(OpenAiException::of).orElseGet(() -> {
            LOG.error("A request of the OpenAI endpoint failed", error);
            return OpenAiException.failure();
        });
    }

    private static String checked(@Nullable String wanted, @Nullable String own) {
        if (own == null || (wanted != null && !wanted.equals(own))) {
            throw noModel(wanted == null ? "" : wanted);
        }
        return own;
    }

    private static OpenAiException noModel(String name) {
        return OpenAiException.noModel("The model '" + JsonField.abbreviated(name)
                + "' is not served here for this; GET /v1/models lists what there is");
    }

    private @Nullable String chatName() {
        ChatModel chat = models.chat();
        StreamingChatModel streaming = models.streaming();
        String named = null;
        if (chat != null) {
            named = chat.defaultRequestParameters().modelName();
        }
        if (named == null && streaming != null) {
            named = streaming.defaultRequestParameters().modelName();
        }
        // A model of the application's own need not name itself.
        return named == null && (chat != null || streaming != null) ? UNNAMED : named;
    }

    private @Nullable String embeddingName() {
        EmbeddingModel embedding = models.embedding();
        return embedding == null ? null : embedding.modelName();
    }

    private ObjectNode model(String name) {
        ObjectNode model = NODES.objectNode()
                .put("id", name)
                .put("object", "model")
                .put("created", created)
                .put("owned_by", "local");
        ChatModel chat = name.equals(chatName()) ? models.chat() : null;
        model.putObject("glimpse")
                .put("chat", name.equals(chatName()))
                .put("embeddings", name.equals(embeddingName()))
                .put(
                        "json_schema",
                        chat != null && chat.supportedCapabilities().contains(Capability.RESPONSE_FORMAT_JSON_SCHEMA));
        return model;
    }
}
