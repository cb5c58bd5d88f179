package com.example.cookbook.streaming;

import dev.langchain4j.data.message.ImageContent;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** The pieces of an answer as a {@code Flux}; asked when somebody subscribes, cancelled when nobody listens any more. */
@Component
class PictureFlux {

    private final PictureReader reader;

    PictureFlux(PictureReader reader) {
        this.reader = reader;
    }

    Flux<String> read(String question, ImageContent picture) {
        return Flux.create(sink -> reader.read(question, picture)
                .onPartialResponseWithContext((piece, context) -> {
                    if (sink.isCancelled()) {
                        context.streamingHandle().cancel();
                    } else {
                        sink.next(piece.text());
                    }
                })
                .onCompleteResponse(response -> sink.complete())
                .onError(sink::error)
                .start());
    }
}
