/** Where the API is, and whose page this is. As they stand, `make run` at the top of the repository serves both. */

/** The API's address, such as `https://booking.example.org/graphql/`. */
export const API_URL = import.meta.env.VITE_API_URL ?? "http://127.0.0.1:8000/graphql/";

/** The practice, by its name in addresses. */
export const PRACTICE = import.meta.env.VITE_PRACTICE ?? "harbour-practice";
