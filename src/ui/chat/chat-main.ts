import './chat-app.ts';
