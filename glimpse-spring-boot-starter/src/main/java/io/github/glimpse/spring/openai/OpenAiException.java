package io.github.glimpse.spring.openai;

import org.jspecify.annotations.Nullable;

/** An answer in the shape of OpenAI's errors. Without a stack trace: it is what a client did, not what the program did. */
final class OpenAiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    static final int BAD_REQUEST = 400;
    private static final String INVALID = "invalid_request_error";
    private static final String RATE_LIMIT = "rate_limit_error";

    private final int status;
    private final String type;
    private final @Nullable String code;
    private final @Nullable String param;
    private final long retrySeconds;

    private OpenAiException(
            int status, String type, @Nullable String code, @Nullable String param, long retrySeconds, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
        this.retrySeconds = retrySeconds;
    }

    /** A value that cannot be. */
    static OpenAiException invalid(@Nullable String param, String message) {
        return new OpenAiException(BAD_REQUEST, INVALID, null, param, 0, message);
    }

    /** What would change the meaning of the answer and is not offered. */
    static OpenAiException unsupported(String param, String message) {
        return new OpenAiException(BAD_REQUEST, INVALID, "unsupported_parameter", param, 0, message);
    }

    /** A status of the 400s with a code. */
    static OpenAiException refused(int status, String code, String message) {
        String type =
                switch (status) {
                    case 401 -> "authentication_error";
                    case 403 -> "permission_error";
                    case 413 -> "request_too_large";
                    default -> INVALID;
                };
        return new OpenAiException(status, type, code, null, 0, message);
    }

    /** Too many requests at once. */
    static OpenAiException tooMany(String code, long retrySeconds, String message) {
        return new OpenAiException(429, RATE_LIMIT, code, null, retrySeconds, message);
    }

    /** A server without capacity for the request at the moment. */
    static OpenAiException busy(long retrySeconds, String message) {
        return new OpenAiException(503, "server_error", "server_busy", null, retrySeconds, message);
    }

    /** A model that is not here. */
    static OpenAiException noModel(String message) {
        return new OpenAiException(404, INVALID, "model_not_found", "model", 0, message);
    }

    /** What the model made of the request. */
    static OpenAiException of(Refusal refusal) {
        String type =
                switch (refusal.status()) {
                    case 413 -> "request_too_large";
                    case 429 -> RATE_LIMIT;
                    default -> refusal.status() < 500 ? INVALID : "server_error";
                };
        return new OpenAiException(
                refusal.status(), type, refusal.code(), null, refusal.retrySeconds(), refusal.message());
    }

    /** A failure that the client can do nothing about. */
    static OpenAiException failure() {
        return new OpenAiException(
                500, "server_error", null, null, 0, "The request failed; the log of the server says why");
    }

    /** The same with another path of the field, which its message begins with. */
    OpenAiException named(String other) {
        String rest = param != null && text().startsWith(param) ? text().substring(param.length()) : " " + text();
        return new OpenAiException(status, type, code, other, retrySeconds, other + rest);
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    @Nullable
    String code() {
        return code;
    }

    @Nullable
    String param() {
        return param;
    }

    /** Seconds after which the same request may work; 0 if it may not. */
    long retrySeconds() {
        return retrySeconds;
    }

    /** What the client reads. */
    String text() {
        return String.valueOf(getMessage());
    }
}
