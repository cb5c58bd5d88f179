package io.github.glimpse.examples.playground;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.chat.SenderSignal;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PlannedCut;
import jakarta.annotation.PreDestroy;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.util.WebUtils;

/** What the page asks. */
@RestController
@RequestMapping("/glimpse/playground")
final class AskController {

    private static final Logger LOG = LoggerFactory.getLogger(AskController.class);

    /** A page that is gone is noticed by the second write after it: then the place is free within a second. */
    private static final long BEAT_MILLIS = 300;

    private static final int TOO_LARGE = 413;
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;
    private static final int FAILED = 500;
    private static final String REQUEST = "request";
    private static final String PICTURE = "picture";
    private static final int MOST_CHARACTERS = 2_000_000;

    private final StreamingChatModel model;
    private final LoadedModel engine;
    private final StageWatch stages;
    private final Facts facts;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "playground-clock");
        thread.setDaemon(true);
        return thread;
    });

    AskController(StreamingChatModel model, LoadedModel engine, StageWatch stages, Facts facts) {
        this.model = model;
        this.engine = engine;
        this.stages = stages;
        this.facts = facts;
    }

    @PreDestroy
    void stop() {
        clock.shutdownNow();
    }

    /** What the model is and takes. */
    @GetMapping("/facts")
    ResponseEntity<String> facts() {
        return json(200, facts.json());
    }

    /** Asks; the answer is a stream of events. */
    @PostMapping("/ask")
    ResponseEntity<SseEmitter> ask(HttpServletRequest request) throws IOException {
        MultipartHttpServletRequest form = WebUtils.getNativeRequest(request, MultipartHttpServletRequest.class);
        if (form == null) {
            throw new Trouble.RefusedException(new Trouble(
                    UNSUPPORTED_MEDIA_TYPE,
                    "Send multipart/form-data with a part 'request', which is JSON, and parts 'picture'",
                    null));
        }
        AskRequest asked = Json.read(text(form), AskRequest.class);
        ChatRequest chat = asked.chat(pictures(form));
        List<PlannedCut> plan = engine.plan(((GlimpseChatRequestParameters) chat.parameters()).pruning());
        SseEmitter emitter = new SseEmitter(0L);
        AnswerStream stream = new AnswerStream(emitter, engine, plan, asked.order());
        emitter.onError(error -> stream.cancel());
        emitter.onCompletion(stream::close);
        stages.follow(stream, () -> SenderSignal.during(stream.signal(), () -> model.chat(chat, stream)));
        stream.tick(clock.scheduleWithFixedDelay(stream::beat, BEAT_MILLIS, BEAT_MILLIS, TimeUnit.MILLISECONDS));
        return ResponseEntity.ok()
                .cacheControl(CacheControl.noStore())
                .header("X-Accel-Buffering", "no")
                .contentType(MediaType.TEXT_EVENT_STREAM)
                .body(emitter);
    }

    /** The JSON, as a field or as a file. */
    private static String text(MultipartHttpServletRequest form) throws IOException {
        MultipartFile file = form.getFile(REQUEST);
        String text = file == null
                ? form.getParameter(REQUEST)
                : file.getSize() > MOST_CHARACTERS ? "" : new String(file.getBytes(), StandardCharsets.UTF_8);
        if (text == null || text.isEmpty() || text.length() > MOST_CHARACTERS) {
            throw new Trouble.RefusedException(Trouble.bad("The part 'request' is missing, empty or longer than "
                    + MOST_CHARACTERS + " characters; it is JSON with messages and settings"));
        }
        return text;
    }

    private List<ImageContent> pictures(MultipartHttpServletRequest form) throws IOException {
        List<MultipartFile> files = form.getFiles(PICTURE);
        int most = engine.options().maxImages();
        if (files.size() > most) {
            throw new Trouble.RefusedException(Trouble.bad("There are " + files.size() + " pictures, the limit is "
                    + most + "; send fewer or raise glimpse.limits.max-images"));
        }
        long largest = engine.options().imageLimits().maxBytes();
        List<ImageContent> pictures = new ArrayList<>();
        for (MultipartFile file : files) {
            if (file.getSize() > largest) {
                throw new Trouble.RefusedException(new Trouble(
                        TOO_LARGE,
                        "A picture has " + file.getSize() + " bytes, the limit is " + largest
                                + "; send a smaller one or raise glimpse.limits.max-image-size",
                        "glimpse.limits.max-image-size"));
            }
            String type =
                    file.getContentType() == null ? "" : file.getContentType().toLowerCase(Locale.ROOT);
            if (!type.startsWith("image/")) {
                throw new Trouble.RefusedException(
                        Trouble.bad("A part 'picture' is no picture by its content type; send a PNG, JPEG, WebP, GIF,"
                                + " BMP or TIFF file"));
            }
            pictures.add(ImageContent.from(Base64.getEncoder().encodeToString(file.getBytes()), type));
        }
        return pictures;
    }

    /** The page is gone: there is nobody to tell. */
    @ExceptionHandler(AsyncRequestNotUsableException.class)
    void gone(AsyncRequestNotUsableException error) {
        LOG.debug("The page is gone", error);
    }

    /** Every error in words. */
    @ExceptionHandler(Exception.class)
    ResponseEntity<String> trouble(Exception error) {
        Trouble trouble = Trouble.of(error);
        if (trouble.status() >= FAILED) {
            LOG.warn("A request failed", error);
        }
        return json(trouble.status(), Json.write(trouble.json()));
    }

    private static ResponseEntity<String> json(int status, String body) {
        return ResponseEntity.status(status)
                .cacheControl(CacheControl.noStore())
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }
}
