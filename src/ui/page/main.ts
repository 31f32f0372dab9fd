import './antiphon-app.ts';
