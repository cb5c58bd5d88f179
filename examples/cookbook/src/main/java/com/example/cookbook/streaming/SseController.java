package com.example.cookbook.streaming;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import java.io.IOException;
import java.util.Base64;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Sends each piece of an answer as a server-sent event. */
@RestController
class SseController {

    /** As JSON: a plain event loses the blank that it begins with. */
    record Piece(String text) {}

    private final PictureReader reader;

    SseController(PictureReader reader) {
        this.reader = reader;
    }

    @PostMapping("/read")
    SseEmitter read(
            @RequestParam String question,
            @RequestHeader(HttpHeaders.CONTENT_TYPE) String type,
            @RequestBody byte[] picture) {
        SseEmitter events = new SseEmitter(0L); // glimpse.limits.timeout ends it
        reader.read(question, ImageContent.from(Base64.getEncoder().encodeToString(picture), type))
                .onPartialResponseWithContext((piece, context) -> send(events, piece, context))
                .onCompleteResponse(response -> events.complete())
                .onError(events::completeWithError)
                .start();
        return events;
    }

    /** Whoever has left needs no answer: the next request gets the model at once. */
    private static void send(SseEmitter events, PartialResponse piece, PartialResponseContext context) {
        try {
            events.send(new Piece(piece.text()));
        } catch (IOException | IllegalStateException gone) {
            context.streamingHandle().cancel();
        }
    }
}
