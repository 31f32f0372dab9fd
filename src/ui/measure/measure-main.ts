import './measure-app.ts';
