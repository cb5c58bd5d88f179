package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

/** Writer of responses in JSON, errors in OpenAI's form among them. */
final class JsonResponse {

    private JsonResponse() {}

    static void write(HttpServletResponse response, int status, ObjectNode body) throws IOException {
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
        response.getOutputStream().flush();
    }

    static void write(HttpServletRequest request, HttpServletResponse response, OpenAiException error)
            throws IOException {
        ClientConnection connection = ClientConnection.of(request);
        if (connection != null && connection.isBodyOutstanding()) {
            // The connection is closed unless the rest comes soon: no client may send its next request on it.
            response.setHeader(HttpHeaders.CONNECTION, "close");
        }
        if (error.retrySeconds() > 0) {
            response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(error.retrySeconds()));
        }
        if (error.status() == HttpServletResponse.SC_UNAUTHORIZED) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        write(response, error.status(), AnswerJson.error(error));
    }
}
