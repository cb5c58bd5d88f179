package com.example.cookbook.errors;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import org.springframework.stereotype.Component;

@Component
class CarefulReader {

    private final PictureReader reader;

    CarefulReader(PictureReader reader) {
        this.reader = reader;
    }

    String read(String question, ImageContent picture) {
        try {
            return reader.read(question, picture);
        } catch (InvalidRequestException | UnsupportedFeatureException e) {
            return "Send something else: " + e.getMessage(); // names the value and the limit
        } catch (RateLimitException e) {
            return "Others are waiting; ask again in a moment.";
        } catch (TimeoutException e) {
            return "That took too long; send a smaller picture.";
        }
    }
}
