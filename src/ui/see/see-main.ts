import './see-app.ts';
